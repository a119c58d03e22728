package apikey_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/ventanilla/ventanilla/pkg/opaquejwt"
	"github.com/ventanilla/ventanilla/services/auth/internal/apikey"
)

func TestAJWTIsReadAsMade(t *testing.T) {
	text, id, hash, err := apikey.NewJWT([]string{"a"}, time.Unix(1, 0), time.Unix(2, 0))
	if err != nil || uuid.Validate(id) != nil {
		t.Fatalf("the identifier %q, %v", id, err)
	}
	if got, ok := opaquejwt.Hash(text); !ok || !bytes.Equal(got[:], hash) {
		t.Error("the key is not known again")
	}
	if _, _, ok := apikey.Parse(text); ok {
		t.Error("read as an opaque key")
	}
}
