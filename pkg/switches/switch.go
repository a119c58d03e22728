package switches

import (
	"fmt"
	"net/url"
	"strings"
	"time"
)

// maxRetryAfter is the longest that callers are told to wait.
const maxRetryAfter = 7 * 24 * time.Hour

// maxDocumentation is the longest URL, in bytes.
const maxDocumentation = 512

// Switch is what was set for a family, or for one path of it.
type Switch struct {
	// Family is the family's name.
	Family string
	// Path is a path as the family's documentation writes it; empty for all of the family.
	Path string
	// Effect is what it does.
	Effect
	// SetAt is when it was set.
	SetAt time.Time
	// SetBy is who set it.
	SetBy string
}

// Effect is what gateways do. What is zero is off.
type Effect struct {
	// Maintenance refuses calls for a while.
	Maintenance bool
	// RetryAfter is how long callers are told to wait, in whole seconds; gateways choose where it is zero.
	RetryAfter time.Duration
	// Retired refuses calls for good. It is stronger than Maintenance.
	Retired bool
	// DeprecatedAt is since when, or from when on, it is deprecated.
	DeprecatedAt time.Time
	// SunsetAt is when it is going to be gone, not before DeprecatedAt.
	SunsetAt time.Time
	// Documentation is an https URL about the end.
	Documentation string
	// Strict has wrong input answered 422 where the family's document answers 500.
	Strict bool
}

// FieldError says what is wrong with a field of a switch. It never contains the value.
type FieldError struct {
	// Field is its name in the contract and in etcd.
	Field string
	// Problem is what is wrong.
	Problem string
}

// Error names the field.
func (e *FieldError) Error() string { return e.Field + ": " + e.Problem }

// Validate checks what every switch must keep to. Its error is a *FieldError.
func (e Effect) Validate() error {
	wrong := func(field, problem string, args ...any) error {
		return &FieldError{field, fmt.Sprintf(problem, args...)}
	}
	switch {
	case e.RetryAfter < 0 || e.RetryAfter > maxRetryAfter || e.RetryAfter%time.Second != 0:
		return wrong("retry_after", "must be whole seconds, from 1s to %s", maxRetryAfter)
	case !representable(e.DeprecatedAt):
		return wrong("deprecated_at", "must be a time between the years 1970 and 9999")
	case !representable(e.SunsetAt):
		return wrong("sunset_at", "must be a time between the years 1970 and 9999")
	case !e.SunsetAt.IsZero() && e.SunsetAt.Before(e.DeprecatedAt): // RFC 9745, 4
		return wrong("sunset_at", "must not be before deprecated_at")
	case e.Documentation != "" && !linkable(e.Documentation):
		return wrong("documentation", "must be an https URL of at most %d characters", maxDocumentation)
	}
	return nil
}

// representable tells whether headers and JSON can say a time.
func representable(t time.Time) bool {
	return t.IsZero() || t.Unix() >= 0 && t.UTC().Year() <= 9999
}

// linkable tells whether a URL can stand in a Link header (RFC 8288, 3.1): printable ASCII that does not end the
// angle brackets around it.
func linkable(text string) bool {
	outside := func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`<>"\^{|}`+"`", r) }
	if len(text) > maxDocumentation || strings.ContainsFunc(text, outside) {
		return false
	}
	u, err := url.Parse(text)
	return err == nil && u.Scheme == "https" && u.Hostname() != "" && u.User == nil
}

// over is the effect of a path's switch on top of the family's. Of each property the path's word wins where it says
// something; both dates together are one announcement. A path cannot call off what the family's switch has on.
func (e Effect) over(family Effect) Effect {
	e.Maintenance = e.Maintenance || family.Maintenance
	e.Retired = e.Retired || family.Retired
	e.Strict = e.Strict || family.Strict
	if e.RetryAfter == 0 {
		e.RetryAfter = family.RetryAfter
	}
	if e.DeprecatedAt.IsZero() && e.SunsetAt.IsZero() {
		e.DeprecatedAt, e.SunsetAt = family.DeprecatedAt, family.SunsetAt
	}
	if e.Documentation == "" {
		e.Documentation = family.Documentation
	}
	return e
}
