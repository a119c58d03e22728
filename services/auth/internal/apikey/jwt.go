package apikey

import (
	"time"

	"github.com/google/uuid"

	"github.com/ventanilla/ventanilla/pkg/opaquejwt"
)

// everybody is the audience of all keys in the form of a JWT.
const everybody = "all"

// claims are what a key in the form of a JWT says, in the order of document 003's.
type claims struct {
	APIs      []string `json:"apis"`
	Key       string   `json:"key"`
	IssuedAt  int64    `json:"iat"`
	ExpiresAt int64    `json:"exp"`
	Audience  string   `json:"aud"`
}

// NewJWT makes a key in the form of a JWT (see pkg/opaquejwt): its text, its identifier, a UUID, and the hash that is stored of the text.
func NewJWT(apis []string, issued, expires time.Time) (text, id string, hash []byte, err error) {
	id = uuid.NewString()
	text, sum, err := opaquejwt.Sign(claims{apis, id, issued.Unix(), expires.Unix(), everybody})
	return text, id, sum[:], err
}
