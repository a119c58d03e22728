package egress

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"syscall"
)

// What a call fails with. The errors say what happened in a few fixed words: nothing of the address, which may be a secret.
var (
	// ErrForbidden says that the address is none that may be called. Nothing was sent.
	ErrForbidden = errors.New("the address may not be called")
	// ErrUnreachable says that nothing was sent.
	ErrUnreachable = errors.New("not reached")
	// ErrUnanswered says that the call may have arrived.
	ErrUnanswered = errors.New("no answer")
)

// errNoHost says that a name leads nowhere.
var errNoHost = errors.New("no such host")

// Fault is the error for an answer whose body could not be read to its end.
func Fault(err error) error { return fault(err, true) }

// fault is the error for a call that failed with err.
func fault(err error, sent bool) error {
	if wrapped := new(url.Error); errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	switch {
	case errors.Is(err, ErrForbidden):
		return err
	case sent:
		return fmt.Errorf("%w: %w", ErrUnanswered, kind(err))
	}
	return fmt.Errorf("%w: %w", ErrUnreachable, kind(err))
}

// ErrTimeout is in the errors of calls that took too long.
var ErrTimeout = errors.New("time ran out")

// kind says what an error of the network is, without names and addresses.
func kind(err error) error {
	var (
		name        *net.DNSError
		certificate *tls.CertificateVerificationError
		alert       tls.AlertError
		header      tls.RecordHeaderError
		authority   x509.UnknownAuthorityError
	)
	switch {
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return ErrTimeout
	case errors.As(err, &name) && name.IsTimeout:
		return ErrTimeout
	case errors.As(err, &name), errors.Is(err, errNoHost):
		return errNoHost
	case errors.As(err, &certificate), errors.As(err, &authority):
		return errors.New("its certificate does not hold")
	case errors.As(err, &alert), errors.As(err, &header):
		return errors.New("no TLS with it")
	case errors.Is(err, syscall.ECONNREFUSED):
		return errors.New("connection refused")
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		return errors.New("no way to it")
	}
	return errors.New("connection lost")
}
