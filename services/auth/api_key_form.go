package auth

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	"github.com/ventanilla/ventanilla/services/auth/internal/apikey"
	"github.com/ventanilla/ventanilla/services/auth/internal/store"
)

// A key in the form of a JWT has an end: after tokenKeyLife when its maker names none, and at most maxTokenKeyYears ahead.
const (
	tokenKeyLife     = 90 * 24 * time.Hour
	maxTokenKeyYears = 50
)

// decideKey reads what an operator decides about a new key of a client.
func (s *apiKeyService) decideKey(req *authv1.CreateApiKeyRequest, client store.Client) (store.APIKey, error) {
	key := store.APIKey{ClientID: client.ID, Name: req.GetName(), Form: keyFormFromProto(req.GetForm())}
	if !takesKeys(client) {
		return key, rpcerr.Invalid("client_id", "the client authenticates with its own keys and has no API keys")
	}
	if strings.ContainsFunc(key.Name, unicode.IsControl) {
		return key, rpcerr.Invalid("name", "must not have control characters")
	}
	var err error
	if key.Scopes, err = chosenScopes(req, s.scopes(client)); err != nil {
		return key, err
	}
	key.ExpiresAt, err = keyEnd(req, s.now())
	return key, err
}

// chosenScopes are those of the client's scopes that the key is for; none stands for all that the client has when the key is used.
func chosenScopes(req *authv1.CreateApiKeyRequest, scopes []string) ([]string, error) {
	field, names, asScope := "scopes", req.GetScopes(), strings.Clone
	switch jwt := req.GetForm() == authv1.ApiKeyForm_API_KEY_FORM_JWT; {
	case !jwt && len(req.GetApis()) > 0:
		return nil, rpcerr.Invalid("apis", "is for keys in the form of a JWT: others have scopes")
	case jwt && len(names) > 0:
		return nil, rpcerr.Invalid("scopes", "must be empty for a key in the form of a JWT: it has apis")
	case jwt && len(req.GetApis()) == 0:
		return nil, rpcerr.Missing("apis")
	case jwt:
		field, names, asScope = "apis", req.GetApis(), withoutAccents
	}
	var chosen []string
	for i, name := range names {
		scope := asScope(name)
		if !slices.Contains(scopes, scope) {
			return nil, rpcerr.New(errorsv1.Reason_REASON_SCOPE_INVALID, "the client does not have the scope",
				rpcerr.Meta("scope", scope), rpcerr.Field(fmt.Sprintf("%s[%d]", field, i), "is none of the client's scopes"))
		}
		chosen = append(chosen, scope)
	}
	return intersect(scopes, chosen), nil
}

// withoutAccents is the scope that an API's name stands for.
func withoutAccents(name string) string {
	plain, _, err := transform.String(transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn)), norm.NFC), name)
	if err != nil {
		return "" // no scope
	}
	return plain
}

// keyEnd is when a key ends by itself; zero for never. A JWT says it in whole seconds.
func keyEnd(req *authv1.CreateApiKeyRequest, now time.Time) (time.Time, error) {
	precision, jwt := time.Millisecond, req.GetForm() == authv1.ApiKeyForm_API_KEY_FORM_JWT
	if jwt {
		precision = time.Second
	}
	at := req.GetExpiresAt()
	switch {
	case at == nil && jwt:
		return now.Add(tokenKeyLife).Truncate(precision), nil
	case at == nil:
		return time.Time{}, nil
	}
	end := at.AsTime().Truncate(precision)
	switch {
	case !at.IsValid() || !end.After(now):
		return time.Time{}, rpcerr.Invalid("expires_at", "must be in the future")
	case jwt && end.After(now.AddDate(maxTokenKeyYears, 0, 0)):
		return time.Time{}, rpcerr.Invalid("expires_at", fmt.Sprintf("must be at most %d years ahead", maxTokenKeyYears))
	}
	return end, nil
}

// mint makes the text of a key in its form, and enters its identifier and hash.
func mint(key *store.APIKey, apis []string, now time.Time) (text string, err error) {
	if key.Form == store.KeyJWT {
		text, key.ID, key.SecretHash, err = apikey.NewJWT(apis, now, key.ExpiresAt)
		return text, err
	}
	text, key.ID, key.SecretHash = apikey.New()
	return text, nil
}

func keyFormFromProto(form authv1.ApiKeyForm) store.APIKeyForm {
	if form == authv1.ApiKeyForm_API_KEY_FORM_JWT {
		return store.KeyJWT
	}
	return store.KeyOpaque
}

func keyFormToProto(form store.APIKeyForm) authv1.ApiKeyForm {
	if form == store.KeyJWT {
		return authv1.ApiKeyForm_API_KEY_FORM_JWT
	}
	return authv1.ApiKeyForm_API_KEY_FORM_OPAQUE
}
