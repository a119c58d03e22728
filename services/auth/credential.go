package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/base64"
	"errors"
	"slices"
	"strings"

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

// authenticate finds the client of one of the families that has the secret. A yes
// may come from the view. A no is grounded on the store, for the view may miss a
// client or a new secret by a moment; and since every no takes the same way, its
// time does not tell why. It fails with CREDENTIAL_INVALID.
func authenticate(ctx context.Context, view *directory.Directory, id, secret string, families []string) (*directory.Client, error) {
	hash := hashSecret(secret)
	if client, ok := view.Cached(id); ok && admits(client, hash, families) {
		return client, nil
	}
	client, err := view.StoredClient(ctx, id)
	if errors.Is(err, sqlstore.ErrNotFound) {
		client = &directory.Client{Client: store.Client{SecretHash: make([]byte, sha256.Size), Disabled: true}}
	} else if err != nil {
		return nil, failure(err, "looking up a client")
	}
	if !admits(client, hash, families) {
		return nil, refusedClient(client, hash, families)
	}
	return client, nil
}

func admits(client *directory.Client, hash []byte, families []string) bool {
	right := rightSecret(client, hash)
	served := slices.Contains(families, client.Family)
	return right && served && !client.Disabled
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
		return nil, failure(err, "looking up a client")
	case client.Disabled, epoch != client.Epoch:
		return nil, errVoid
	}
	return client, nil
}
