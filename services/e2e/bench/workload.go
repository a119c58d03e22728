package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
)

const (
	tokenPath     = "/api/v1/oauth/token"
	tokenInfoPath = "/mcg/v1/tokeninfo"
)

// workload is one kind of request, made n times over.
type workload struct {
	path string
	// authorization gives the credential of request i; nil for none.
	authorization func(i int) string
	// contentType is the media type of the body; empty for a form.
	contentType string
	// accept is the media type asked for; empty for JSON.
	accept string
	// address gives the address from which a proxy says request i comes; nil for no proxy.
	address func(i int) string
	// get gives the path and query of request i, which has no body then; nil where there is a form.
	get func(i int) string
	// form gives the body of request i.
	form func(i int) string
	// check tells whether the body answered to request i is right. It is
	// called from several goroutines.
	check func(i int, body []byte) error
}

// client is an OAuth client's credentials.
type client struct {
	ID     string `json:"client_id"`
	Secret string `json:"client_secret"`
}

// issue asks for a client-credentials token (RFC 6749, 4.4) and puts the one of
// request i into tokens[i].
func issue(by client, tokens []string) workload {
	form := url.Values{
		"grant_type":    {"client_credentials"},
		"client_id":     {by.ID},
		"client_secret": {by.Secret},
		"scope":         {"*"},
	}.Encode()
	return workload{
		path: tokenPath,
		form: func(int) string { return form },
		check: func(i int, body []byte) error {
			var answer struct {
				Token string `json:"access_token"`
			}
			if err := json.Unmarshal(body, &answer); err != nil {
				return fmt.Errorf("reading a token: %w", err)
			}
			if answer.Token == "" {
				return errors.New("it has no access_token")
			}
			tokens[i] = answer.Token
			return nil
		},
	}
}

// introspect asks about token(i) (RFC 7662) as the holder of the access token
// caller(i). Every token must be active.
func introspect(caller, token func(i int) string) workload {
	return workload{
		path:          tokenInfoPath,
		authorization: func(i int) string { return "Bearer " + caller(i) },
		form: func(i int) string {
			return url.Values{"token": {token(i)}, "token_type_hint": {"access_token"}}.Encode()
		},
		check: func(_ int, body []byte) error {
			var answer struct {
				Active bool `json:"active"`
			}
			if err := json.Unmarshal(body, &answer); err != nil {
				return fmt.Errorf("reading an introspection: %w", err)
			}
			if !answer.Active {
				return errors.New("the token is not active")
			}
			return nil
		},
	}
}

// signedType is of introspection answers that are signed (RFC 9701).
const signedType = "application/token-introspection+jwt"

// introspectSigned is introspect with signed answers, whose signatures are not verified here.
func introspectSigned(caller, token func(i int) string) workload {
	work := introspect(caller, token)
	work.accept = signedType
	work.check = func(_ int, body []byte) error {
		if !bytes.HasPrefix(body, []byte("eyJ")) || bytes.Count(body, []byte(".")) != 2 {
			return errors.New("it is no JWT")
		}
		return nil
	}
	return work
}
