package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/base64"
	"errors"
	"strings"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/auth/internal/directory"
	"github.com/ventanilla/ventanilla/services/auth/internal/store"
)

// newClientID makes a client identifier of 80 random bits in 16 characters.
func newClientID() string {
	var raw [10]byte
	rand.Read(raw[:]) // never fails: crypto/rand ends the process instead
	return strings.ToLower(base32.StdEncoding.EncodeToString(raw[:]))
}

// newSecret makes a client secret of 256 random bits, and what is stored of it. A
// fast hash will do: nobody can try out 256 bits.
func newSecret() (secret string, hash []byte) {
	var raw [32]byte
	rand.Read(raw[:]) // never fails: crypto/rand ends the process instead
	secret = base64.RawURLEncoding.EncodeToString(raw[:])
	return secret, hashSecret(secret)
}

func hashSecret(secret string) []byte {
	digest := sha256.Sum256([]byte(secret))
	return digest[:]
}

// proven is a client that has proved who it is, and what the proof is good for.
type proven struct {
	client *directory.Client
	// scopes are those that the credential has: its family's, then in the order of the client's registration.
	scopes []string
	// keyID is the API key's identifier; empty for other credentials.
	keyID string
	// expires is when the credential ends by itself; zero for never.
	expires time.Time
}

// authenticate finds the client of those served that has the secret. A yes
// may come from the view. A no is grounded on the store, for the view may miss a
// client or a new secret by a moment; and since every no takes the same way, its
// time does not tell why. It fails with CREDENTIAL_INVALID.
func (s *tokenService) authenticate(ctx context.Context, id, secret string, of served) (proven, error) {
	hash, now := hashSecret(secret), s.now()
	if client, ok := s.view.Cached(id); ok {
		if expires, ok := admits(client, hash, of, now); ok {
			return proven{client: client, scopes: s.scopes(client.Client), expires: expires}, nil
		}
	}
	client, err := s.view.StoredClient(ctx, id)
	if errors.Is(err, sqlstore.ErrNotFound) {
		client = &directory.Client{Client: store.Client{SecretHash: store.NoSecret(), Disabled: true}}
	} else if err != nil {
		return proven{}, sqlstore.Failure(err, "looking up a client")
	}
	expires, ok := admits(client, hash, of, now)
	if !ok {
		return proven{}, refusedClient(client, hash, of)
	}
	return proven{client: client, scopes: s.scopes(client.Client), expires: expires}, nil
}

// admits tells whether a client's secret, or the one before it, has the hash, and when that one ends. A client
// with keys of its own has no secret, whatever is stored: the previous release may have given it one.
func admits(client *directory.Client, hash []byte, of served, now time.Time) (expires time.Time, ok bool) {
	var none [sha256.Size]byte
	previous := none[:]
	if client.PreviousSecretHash != nil {
		previous = client.PreviousSecretHash
	}
	right := subtle.ConstantTimeCompare(client.SecretHash, hash) == 1
	before := subtle.ConstantTimeCompare(previous, hash) == 1 && now.Before(client.PreviousSecretUntil)
	takes := of.has(client.Client) && len(client.PublicKeys) == 0
	if before && !right {
		expires = client.PreviousSecretUntil
	}
	return expires, (right || before) && takes && !client.Disabled
}

func rightSecret(client *directory.Client, hash []byte) bool {
	return subtle.ConstantTimeCompare(client.SecretHash, hash) == 1
}

// errVoid says that a credential is in force no more, or never was.
var errVoid = errors.New("the credential is void")

// clientInForce finds the client of a credential that was issued in an epoch. It
// fails with errVoid when the client is gone, disabled or of a later epoch.
func clientInForce(ctx context.Context, view *directory.Directory, id string, epoch int64) (*directory.Client, error) {
	client, err := view.Client(ctx, id)
	if err == nil && epoch > client.Epoch {
		client, err = view.StoredClient(ctx, id) // the view misses the latest rotation
	}
	switch {
	case errors.Is(err, sqlstore.ErrNotFound):
		return nil, errVoid
	case err != nil:
		return nil, sqlstore.Failure(err, "looking up a client")
	case client.Disabled, epoch != client.Epoch:
		return nil, errVoid
	}
	return client, nil
}
