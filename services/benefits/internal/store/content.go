package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
)

// Canonical returns what a benefit says as JSON that is the same for equal benefits, on every machine and in every release, and
// the SHA-256 of it in hex.
func Canonical(benefit *benefitsv1.Benefit) (content []byte, digest string, err error) {
	content, err = canonical(plain(benefit))
	if err != nil {
		return nil, "", fmt.Errorf("writing a benefit: %w", err)
	}
	sum := sha256.Sum256(content)
	return content, hex.EncodeToString(sum[:]), nil
}

// plain is the benefit with one way to say what can be said in two.
func plain(benefit *benefitsv1.Benefit) *benefitsv1.Benefit {
	benefit = proto.CloneOf(benefit)
	if benefit.GetBeneficiary() == benefitsv1.Beneficiary_BENEFICIARY_UNSPECIFIED {
		benefit.Beneficiary = benefitsv1.Beneficiary_BENEFICIARY_PERSON
	}
	for _, example := range benefit.GetExamples() {
		if len(example.GetFacts().GetFields()) == 0 {
			example.Facts = nil
		}
	}
	return benefit
}

// canonical is protobuf's JSON with its keys in order and no space: protojson promises neither.
func canonical(message proto.Message) ([]byte, error) {
	unordered, err := protojson.Marshal(message)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(unordered))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	var ordered bytes.Buffer
	encoder := json.NewEncoder(&ordered)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimRight(ordered.Bytes(), "\n"), nil
}

// A newer release may have written a member that this one does not know.
var reading = protojson.UnmarshalOptions{DiscardUnknown: true}
