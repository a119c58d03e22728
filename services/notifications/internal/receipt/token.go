package receipt

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"strconv"
	"strings"

	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

// macSize is how much of the code is kept, in bytes: a token is tried online only, and has to fit into the local part of a mail address.
const macSize = 10

// encoding knows no case, as mail servers may not.
var encoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// Attempt is what a token names.
type Attempt struct {
	DispatchID string
	Kind       message.Kind
	Number     int64
}

// Signer makes and reads tokens.
type Signer struct {
	// Key is that of package signing for receipts.
	Key []byte
}

// Token names an attempt: "<dispatch>-<part>-<attempt>-<code>", at most 60 characters for the first 9999 attempts.
func (s Signer) Token(a Attempt) string {
	name := a.DispatchID + "-" + strconv.Itoa(int(a.Kind)) + "-" + strconv.FormatInt(a.Number, 10)
	return name + "-" + s.code(name)
}

// Parse reads a token, in upper or lower case; ok is false for what Token did not make.
func (s Signer) Parse(token string) (a Attempt, ok bool) {
	name, code := cutLast(strings.ToLower(token))
	if !hmac.Equal([]byte(code), []byte(s.code(name))) {
		return Attempt{}, false
	}
	rest, number := cutLast(name)
	id, kind := cutLast(rest)
	k, err := strconv.Atoi(kind)
	if err != nil {
		return Attempt{}, false
	}
	n, err := strconv.ParseInt(number, 10, 64)
	return Attempt{id, message.Kind(k), n}, err == nil
}

func (s Signer) code(name string) string {
	mac := hmac.New(sha256.New, s.Key)
	mac.Write([]byte(name))
	return encoding.EncodeToString(mac.Sum(nil)[:macSize])
}

func cutLast(text string) (before, after string) {
	i := strings.LastIndexByte(text, '-')
	if i < 0 {
		return "", text
	}
	return text[:i], text[i+1:]
}
