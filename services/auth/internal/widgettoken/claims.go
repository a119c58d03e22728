package widgettoken

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"
)

// Claims are what a token says. Times are whole seconds.
type Claims struct {
	// Issuer is the platform.
	Issuer string
	// ID is the token's unique identifier, made by NewID.
	ID string
	// Citizen is the number of the citizen for whom it was issued.
	Citizen int64
	// KeyID is the key that the client's is derived from.
	KeyID string
	// IssuedAt is when it was issued, and when its life began.
	IssuedAt time.Time
	// Expires is the end of its life.
	Expires time.Time
}

const (
	epochSize = 4
	idSize    = 12 // in base64url, the 16 characters that the document has
	keySize   = sha256.Size
)

// NewID makes a token identifier: the client's epoch (ADR 0001), then 64 random bits.
func NewID(epoch int64) (string, error) {
	if epoch < 0 || epoch > math.MaxUint32 {
		return "", errors.New("the client's epoch does not fit into the identifier of a widget token")
	}
	var id [idSize]byte
	binary.BigEndian.PutUint32(id[:epochSize], uint32(epoch))
	rand.Read(id[epochSize:]) // never fails: crypto/rand ends the process instead
	return base64.RawURLEncoding.EncodeToString(id[:]), nil
}

// Epoch returns the epoch that NewID put in id.
func Epoch(id string) (epoch int64, ok bool) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(id)
	if err != nil || len(raw) != idSize {
		return 0, false
	}
	return int64(binary.BigEndian.Uint32(raw)), true
}

// DeriveKey makes a client's key from the secret that rotates (HKDF, RFC 5869).
func DeriveKey(secret []byte, clientID string) ([]byte, error) {
	key, err := hkdf.Key(sha256.New, secret, nil, "ventanilla widget token/"+clientID, keySize)
	if err != nil {
		return nil, fmt.Errorf("deriving a client's key: %w", err)
	}
	return key, nil
}
