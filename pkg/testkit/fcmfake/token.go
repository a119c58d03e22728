package fcmfake

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	email = "sender@ventanilla-test.iam.gserviceaccount.example"
	keyID = "k1"
	scope = "https://www.googleapis.com/auth/firebase.messaging"
	grant = "urn:ietf:params:oauth:grant-type:jwt-bearer"
)

// key is one for all servers of a process: making one takes long.
var key = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

func privateKey() string {
	der, err := x509.MarshalPKCS8PrivateKey(key())
	if err != nil {
		panic(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// token gives an access token for an assertion (RFC 7523).
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.asked++
	var refusal *Answer
	if len(s.refusals) > 0 {
		refusal, s.refusals = &s.refusals[0], s.refusals[1:]
	}
	life := s.life
	s.mu.Unlock()
	s.wait(r)
	if refusal != nil {
		say(w, *refusal)
		return
	}
	if r.PostFormValue("grant_type") != grant || s.verify(r.PostFormValue("assertion")) != nil {
		say(w, Answer{Status: http.StatusBadRequest, Body: `{"error":"invalid_grant"}`})
		return
	}
	token := rand.Text()
	s.mu.Lock()
	s.tokens[token] = time.Now().Add(life)
	s.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"access_token": token, "token_type": "Bearer", "expires_in": int(life / time.Second)})
}

// verify checks an assertion as Google does.
func (s *Server) verify(assertion string) error {
	var claims struct {
		jwt.RegisteredClaims

		Scope string `json:"scope"`
	}
	parsed, err := jwt.ParseWithClaims(assertion, &claims, func(*jwt.Token) (any, error) { return key().Public(), nil },
		jwt.WithValidMethods([]string{"RS256"}), jwt.WithIssuer(email), jwt.WithAudience(s.TokenURL), jwt.WithExpirationRequired(), jwt.WithIssuedAt(),
		jwt.WithLeeway(time.Minute))
	switch {
	case err != nil:
		return err
	case parsed.Header["kid"] != keyID:
		return errors.New("the key is unknown")
	case claims.Scope != scope:
		return errors.New("the scope is another")
	case claims.ExpiresAt.Sub(claims.IssuedAt.Time) > time.Hour:
		return errors.New("it lives too long")
	}
	return nil
}

// authorized tells whether a request bears an access token that is good.
func (s *Server) authorized(r *http.Request) bool {
	token, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	s.mu.Lock()
	defer s.mu.Unlock()
	end, known := s.tokens[token]
	return bearer && known && time.Now().Before(end)
}
