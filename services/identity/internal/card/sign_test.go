package card_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	independent "github.com/cloudflare/circl/sign/ed25519"

	"github.com/ventanilla/ventanilla/services/identity/internal/card"
)

// The documented example.
const (
	vectorText      = "iDDi1|L|19003500|LADRON DE GUEVARA, DE LA TEJERA, MARIA DEL CONSUELO|CIENCIAS DE LA EDUCACION|6895|1zr1RN"
	vectorKey       = "PWgp0g3bjpP5RQjZPSgUBWb9c4Gu27ZVTfTgzRXYSJM="
	vectorSignature = "ED-K0rHdENdgdMOhcPgD12iRGA1K1lP6Wz-UwSZzj8VOe4MsMdTVPMWJFcAS9YVs6-wgbsr4nt3TaZeFc2UwBg"
)

func documentedKey(t *testing.T) ed25519.PublicKey {
	t.Helper()
	key, err := base64.StdEncoding.DecodeString(vectorKey)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestTheDocumentedExampleVerifies(t *testing.T) {
	key := documentedKey(t)
	if !card.Verify(vectorText, vectorSignature, key) {
		t.Error("it does not")
	}
	if card.Verify(vectorText+" ", vectorSignature, key) || card.Verify(vectorText, vectorSignature, key[:31]) {
		t.Error("something else does")
	}
}

// elsewhere verifies as another implementation of Ed25519 does, without any check of the texts' form.
func elsewhere(qr string, key []byte) bool {
	_, rest, _ := strings.Cut(qr, "#")
	at := strings.LastIndex(rest, "|")
	if at < 0 {
		return false
	}
	signature, err := base64.RawURLEncoding.DecodeString(rest[at+1:])
	if err != nil || len(signature) != ed25519.SignatureSize {
		return false
	}
	sum := sha256.Sum256([]byte(rest[:at]))
	return independent.Verify(key, []byte(hex.EncodeToString(sum[:])), signature)
}

func here(qr string, key ed25519.PublicKey) bool {
	read, err := card.Parse(qr)
	return err == nil && card.Verify(read.Text(), read.Signature, key)
}

func TestAnotherImplementationAgrees(t *testing.T) {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	const validator = "https://id.example/c"
	text := build(t, student()).Text()
	ours, documented := card.QR(validator, text, card.Sign(text, private)), card.QR(validator, vectorText, vectorSignature)
	random := rand.New(rand.NewPCG(1, 2))
	for qr, key := range map[string]ed25519.PublicKey{ours: public, documented: documentedKey(t)} {
		if !here(qr, key) || !elsewhere(qr, key) {
			t.Errorf("%q is refused", qr)
		}
		for range 1000 {
			if changed := mutate(random, qr); here(changed, key) || elsewhere(changed, key) {
				t.Errorf("%q is taken, a change of %q", changed, qr)
			}
		}
	}
	if here(ours, documentedKey(t)) || elsewhere(ours, documentedKey(t)) {
		t.Error("another's key verifies it")
	}
}

// mutate changes what is signed or the bytes of the signature.
func mutate(random *rand.Rand, qr string) string {
	address, rest, _ := strings.Cut(qr, "#")
	at := strings.LastIndex(rest, "|")
	text, signature := rest[:at], rest[at+1:]
	if random.IntN(2) == 0 {
		changed := []byte(text)
		changed[random.IntN(len(changed))] ^= byte(1 << random.IntN(7))
		return card.QR(address, string(changed), signature)
	}
	raw, err := base64.RawURLEncoding.DecodeString(signature)
	if err != nil {
		panic(err)
	}
	raw[random.IntN(len(raw))] ^= byte(1 << random.IntN(8))
	return card.QR(address, text, base64.RawURLEncoding.EncodeToString(raw))
}

// A signature has one form: what stands for the same numbers in another is refused.
func TestOtherFormsOfASignatureAreRefused(t *testing.T) {
	key := documentedKey(t)
	raw, err := base64.RawURLEncoding.DecodeString(vectorSignature)
	if err != nil {
		t.Fatal(err)
	}
	order, _ := new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989", 10)
	reversed := func(b []byte) []byte {
		b = bytes.Clone(b)
		slices.Reverse(b)
		return b
	}
	s := new(big.Int).SetBytes(reversed(raw[32:]))
	for range 15 { // S + n·L as far as 32 bytes go
		s.Add(s, order)
		changed := append(bytes.Clone(raw[:32]), reversed(s.FillBytes(make([]byte, 32)))...)
		text := base64.RawURLEncoding.EncodeToString(changed)
		if !card.ValidSignatureForm(text) || card.Verify(vectorText, text, key) {
			t.Error("an S that is not below the order is taken")
		}
	}
	for i := range 256 { // the spare bits of the last character, and all other characters there
		if changed := vectorSignature[:85] + string(rune(i)); changed != vectorSignature && card.Verify(vectorText, changed, key) {
			t.Errorf("%q is taken", changed)
		}
	}

	// R = the neutral element, S = 0 is a signature of anything under the key of order 1: crypto/ed25519 takes it, and
	// takes that key in a form that is not canonical, but never such an R. Keys are never taken from outside.
	neutral := append([]byte{1}, make([]byte, 31)...)
	forms := [][]byte{
		append(append([]byte{0xee}, bytes.Repeat([]byte{0xff}, 30)...), 0x7f), // y + p
		append(append([]byte{1}, make([]byte, 30)...), 0x80),                  // -0
	}
	forged := func(r []byte) string {
		return base64.RawURLEncoding.EncodeToString(append(bytes.Clone(r), make([]byte, 32)...))
	}
	for _, form := range forms {
		if !card.Verify("anything", forged(neutral), form) || !card.Verify("anything", forged(neutral), neutral) {
			t.Error("crypto/ed25519 has become stricter: the comment of Verify is out of date")
		}
		if card.Verify("anything", forged(form), neutral) || card.Verify("anything", forged(form), form) {
			t.Error("an R that is not canonical is taken")
		}
	}
	if card.Verify(vectorText, forged(neutral), key) {
		t.Error("a signature without a key is taken")
	}
}
