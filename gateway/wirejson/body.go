package wirejson

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"unicode/utf8"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// Body is a request body that keeps the error its decoding ended with. The
// generated handlers of grpc-gateway pass on no more than the text of a
// decoder's error; the error handler finds the whole of it here.
type Body struct {
	io.ReadCloser
	err error
}

// Err is why the body could not be decoded, or nil.
func (b *Body) Err() error { return b.err }

// decode reads all of r, whose size the edge bounds, and hands it to parse unless it is empty.
func decode(r io.Reader, parse func([]byte) error) error {
	data, err := readText(r)
	if err == nil && len(data) > 0 {
		err = parse(data)
	}
	if body, ok := r.(*Body); ok {
		body.err = err
	}
	return err
}

// usualSize holds a form with a token, and what ReadFrom wants free to see the end.
const usualSize = 2 << 10

func readText(r io.Reader) ([]byte, error) {
	text := bytes.NewBuffer(make([]byte, 0, usualSize))
	_, err := text.ReadFrom(r)
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return nil, rpcerr.Wrap(errorsv1.Reason_REASON_BODY_TOO_LARGE, err, "the body is too large")
	}
	if err != nil {
		return nil, rpcerr.Wrap(errorsv1.Reason_REASON_MALFORMED_BODY, err, "the body ended early")
	}
	if !utf8.Valid(text.Bytes()) {
		return nil, malformed("the body is not UTF-8")
	}
	return text.Bytes(), nil
}

func malformed(message string) error {
	return rpcerr.New(errorsv1.Reason_REASON_MALFORMED_BODY, message)
}

func invalid(field, description string) error {
	return rpcerr.New(errorsv1.Reason_REASON_FIELD_INVALID, "a value has the wrong form", rpcerr.Field(field, description))
}
