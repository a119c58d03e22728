package rpcerr

import (
	"strings"
	"time"

	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// defaultRetry is the RetryInfo of errors whose reason promises one and whose
// maker knows no better.
const defaultRetry = time.Second

// Violation is a field that the caller got wrong.
type Violation struct {
	// Field is the path of the field in the request message, like "client.name".
	Field string
	// Description says what is wrong with it. It never contains the value.
	Description string
}

// Error is an error with a reason. Its message may leave the process; its cause is for the log only.
type Error struct {
	reason   errorsv1.Reason
	message  string
	fields   []Violation
	metadata map[string]string
	delay    time.Duration
	cause    error
}

// Option adds a detail to an error.
type Option func(*Error)

// Field names a field that the caller got wrong; description must not contain the value.
func Field(name, description string) Option {
	return func(e *Error) { e.fields = append(e.fields, Violation{name, description}) }
}

// Meta adds an entry to the ErrorInfo's metadata; the comment of each reason says which it has.
func Meta(key, value string) Option {
	return func(e *Error) {
		if e.metadata == nil {
			e.metadata = make(map[string]string, 1)
		}
		e.metadata[key] = value
	}
}

// RetryAfter tells the caller when to try again. Without it, REASON_UNAVAILABLE and
// REASON_RATE_LIMITED say one second.
func RetryAfter(d time.Duration) Option {
	return func(e *Error) { e.delay = d }
}

// New makes an error. The message is told to the caller: it holds no secret and no personal data.
func New(reason errorsv1.Reason, message string, opts ...Option) error {
	return build(reason, nil, message, opts)
}

// Wrap is New with the cause that the log is to show and the caller is not.
func Wrap(reason errorsv1.Reason, cause error, message string, opts ...Option) error {
	return build(reason, cause, message, opts)
}

func build(reason errorsv1.Reason, cause error, message string, opts []Option) *Error {
	e := &Error{reason: reason, message: message, cause: cause}
	for _, opt := range opts {
		opt(e)
	}
	promised := reason == errorsv1.Reason_REASON_UNAVAILABLE || reason == errorsv1.Reason_REASON_RATE_LIMITED
	if e.delay <= 0 && promised {
		e.delay = defaultRetry
	}
	return e
}

// Error gives reason, message and cause: text for the log, never for a caller.
func (e *Error) Error() string {
	var text strings.Builder
	text.WriteString(e.reason.String())
	text.WriteString(": ")
	text.WriteString(e.message)
	if e.cause != nil {
		text.WriteString(": ")
		text.WriteString(e.cause.Error())
	}
	return text.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.cause }
