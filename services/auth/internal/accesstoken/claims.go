package accesstoken

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"time"
)

// Form is how a token says what it says.
type Form int

const (
	// PartnerForm names the client as the audience, and has the scopes as an array.
	PartnerForm Form = iota
	// InternalForm is that of RFC 9068, for clients of kind internal.
	InternalForm
	// PartyForm names the client as the authorized party.
	PartyForm
)

// Claims are what a token says. Times are whole seconds.
type Claims struct {
	// Form is how it says it.
	Form Form
	// Issuer is the platform; PartnerForm does not name it.
	Issuer string
	// ClientID is the client the token was issued to.
	ClientID string
	// Subject is the client's name in PartyForm: its identifier, "@" and a realm. The other forms have none of their own.
	Subject string
	// Audience is whom the token is meant for. That of PartnerForm is the client on the wire, that of PartyForm one.
	Audience []string
	// KeyID is the key that signed it; Sign does not look at it.
	KeyID string
	// ID is the token's unique identifier, made by NewID.
	ID string
	// IssuedAt is when it was issued, and when its life began.
	IssuedAt time.Time
	// Expires is the end of its life.
	Expires time.Time
	// Scopes are those granted, in the order of the client's registration.
	Scopes []string
}

const (
	epochSize = 8
	idSize    = 40 // in hex, the 80 characters that partners know
)

// NewID makes a token identifier: the client's epoch, then 256 random bits. The
// epoch in it lets a cut-off void all earlier tokens without a list or a clock.
func NewID(epoch int64) string {
	var id [idSize]byte
	binary.BigEndian.PutUint64(id[:epochSize], uint64(epoch))
	rand.Read(id[epochSize:]) // never fails: crypto/rand ends the process instead
	return hex.EncodeToString(id[:])
}

// Epoch returns the epoch that NewID put in id.
func Epoch(id string) (epoch int64, ok bool) {
	raw, err := hex.DecodeString(id)
	if err != nil || len(raw) != idSize {
		return 0, false
	}
	epoch = int64(binary.BigEndian.Uint64(raw))
	return epoch, epoch >= 0
}
