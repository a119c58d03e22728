package claveunica

import (
	"crypto/subtle"
	"errors"
	"net/http"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

var errFull = errors.New("there are too many tokens")

// tokens is the answer of the token endpoint.
type tokens struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	ExpiresIn   int    `json:"expires_in"`
	IDToken     string `json:"id_token"`
}

// token gives an access token for a code. Any client may ask, with any secret: nobody is registered here.
func (e *Emulator) token(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		respond(w, http.StatusBadRequest, oauthError{"invalid_request", "The body is not a form of at most 64 KiB"})
		return
	}
	form := r.PostForm
	if form.Get("grant_type") != "authorization_code" {
		respond(w, http.StatusBadRequest, oauthError{"unsupported_grant_type", "The grant_type must be authorization_code"})
		return
	}
	secret := form.Get("client_secret")
	if form.Get("client_id") == "" || secret == "" {
		respond(w, http.StatusUnauthorized, oauthError{"invalid_client", "The client_id and the client_secret are needed"})
		return
	}
	g, ok := e.redeem(form.Get("code"))
	if !ok || g.clientID != form.Get("client_id") || subtle.ConstantTimeCompare([]byte(g.redirectURI), []byte(form.Get("redirect_uri"))) != 1 {
		respond(w, http.StatusBadRequest, oauthError{"invalid_grant", "The code is over, was used, or is another client's or redirect_uri's"})
		return
	}
	now := e.now()
	access, ok := hold(e, e.tokens, session{g.rut, now.Add(tokenLife)})
	if !ok {
		respond(w, http.StatusServiceUnavailable, oauthError{"temporarily_unavailable", errFull.Error()})
		return
	}
	id, err := idToken(e.persons[g.rut], g, "http://"+r.Host+"/openid", now, secret)
	if err != nil {
		respond(w, http.StatusInternalServerError, oauthError{"server_error", "The ID token cannot be signed"})
		return
	}
	respond(w, http.StatusOK, tokens{access, "bearer", int(tokenLife.Seconds()), id})
}

// idToken is what OpenID Connect adds (Core, 2), signed with the client's secret.
func idToken(p Person, g grant, issuer string, now time.Time, secret string) (string, error) {
	claims := jwt.MapClaims{
		"iss": issuer, "sub": subject(p), "aud": g.clientID, "iat": now.Unix(), "exp": now.Add(tokenLife).Unix(),
	}
	if g.nonce != "" {
		claims["nonce"] = g.nonce
	}
	return jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte(secret))
}
