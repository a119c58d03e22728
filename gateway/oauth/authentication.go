package oauth

import (
	"slices"
	"strings"

	"github.com/ventanilla/ventanilla/gateway/credential"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// AssertionType is the one client_assertion_type that is known (RFC 7523, 2.2).
const AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// APIKeyPrefix tells API keys from access tokens, which are JWTs, and from client identifiers.
const APIKeyPrefix = "vtk_"

// maxAPIKey is the longest text that auth takes for an API key, in bytes.
const maxAPIKey = 256

// Authentication is what a request says about the client that sends it (RFC 6749, 2.3; RFC 7521, 4.2). It must not be logged.
type Authentication struct {
	// Authorization are the values of the header.
	Authorization []string
	// ClientID, ClientSecret, AssertionType and Assertion are the parameters client_id, client_secret,
	// client_assertion_type and client_assertion.
	ClientID, ClientSecret, AssertionType, Assertion string
}

// Check fails with FIELD_MISSING when an assertion comes without its type or the type without an assertion, and with
// FIELD_REPEATED when the client authenticates in more than one way (RFC 6749, 2.3): it names the parameter that is too much.
func (a Authentication) Check() error {
	asserted := !Blank(a.Assertion)
	if asserted != !Blank(a.AssertionType) {
		if asserted {
			return Require("client_assertion_type", a.AssertionType)
		}
		return Require("client_assertion", a.Assertion)
	}
	header := credential.SchemeOf(a.Authorization) != credential.None
	switch {
	case header && !Blank(a.ClientSecret):
		return errTwice("client_secret")
	case asserted && (header || !Blank(a.ClientSecret)):
		return errTwice("client_assertion")
	}
	return nil
}

func errTwice(parameter string) error {
	return rpcerr.New(errorsv1.Reason_REASON_FIELD_REPEATED, "the client authenticates twice",
		rpcerr.Field(parameter, "comes beside another credential"))
}

// Credential returns what the client presents, once Check has passed. An identifier with a secret is Basic, also from
// parameters; what has the form of an API key is one, as bearer or as a user without a password. With an assertion or
// an API key, ClientID is the parameter. audiences are what an assertion may name. It fails with CREDENTIAL_MISSING when there is nothing, and with CREDENTIAL_INVALID when it is
// malformed, incomplete or of none of the accepted schemes.
func (a Authentication) Credential(audiences []string, accepted ...credential.Scheme) (credential.Credential, error) {
	c, err := a.read()
	if err != nil {
		return credential.Credential{}, err
	}
	if !slices.Contains(accepted, c.Scheme) {
		return credential.Credential{}, errInvalid()
	}
	if c.Scheme == credential.Assertion {
		c.Audiences = audiences
	}
	return c, nil
}

func (a Authentication) read() (credential.Credential, error) {
	if Blank(a.ClientID) {
		a.ClientID = ""
	}
	switch {
	case !Blank(a.Assertion):
		if a.AssertionType != AssertionType { // a method that is not supported (RFC 6749, 5.2)
			return credential.Credential{}, errInvalid()
		}
		return credential.Credential{Scheme: credential.Assertion, ClientID: a.ClientID, Assertion: a.Assertion}, nil
	case credential.SchemeOf(a.Authorization) != credential.None:
		return a.readHeader()
	case a.ClientID == "" && Blank(a.ClientSecret):
		return credential.Credential{}, rpcerr.New(errorsv1.Reason_REASON_CREDENTIAL_MISSING, "there are no client credentials")
	case a.ClientID == "" || Blank(a.ClientSecret):
		return credential.Credential{}, errInvalid()
	}
	return credential.Credential{Scheme: credential.Basic, ClientID: a.ClientID, Secret: a.ClientSecret}, nil
}

func (a Authentication) readHeader() (credential.Credential, error) {
	c, err := credential.Parse(a.Authorization)
	if err != nil {
		return credential.Credential{}, err
	}
	key := c.Token
	if c.Scheme == credential.Basic && c.Secret == "" {
		key = c.ClientID
	}
	if strings.HasPrefix(key, APIKeyPrefix) {
		if len(key) > maxAPIKey {
			return credential.Credential{}, errInvalid()
		}
		return credential.Credential{Scheme: credential.APIKey, ClientID: a.ClientID, Token: key}, nil
	}
	if c.Scheme == credential.Basic && (Blank(c.ClientID) || Blank(c.Secret) || a.names(c.ClientID) != nil) {
		return credential.Credential{}, errInvalid()
	}
	return c, nil
}

// names fails with CREDENTIAL_INVALID when the parameter client_id is there and names another client.
func (a Authentication) names(clientID string) error {
	if !Blank(a.ClientID) && a.ClientID != clientID {
		return errInvalid()
	}
	return nil
}

func errInvalid() error {
	return rpcerr.New(errorsv1.Reason_REASON_CREDENTIAL_INVALID, "the client credentials are not valid")
}
