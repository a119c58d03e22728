package rule

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"time"
	"unicode/utf8"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// Digest returns the SHA-256, in hex, of the canonical form of the inputs: lines that each end with "\n", the first
// with the day, the others with the facts that are known, sorted by name, each with its value as compact JSON:
//
//	ventanilla.benefits.inputs/1 2026-11-25
//	household.rsh_tranche=40
//	person.birth_place="Iquique"
//
// Whole numbers are written in decimal, others as the shortest text that reads back the same, as encoding/json does for both; days as
// strings; strings as encoding/json writes them.
func (in *Inputs) Digest() string {
	text := make([]byte, 0, 512)
	text = append(text, "ventanilla.benefits.inputs/1 "...)
	text = in.today.AppendFormat(text, time.DateOnly)
	text = append(text, '\n')
	for slot, fact := range in.vocabulary.facts {
		if !in.known(slot) {
			continue
		}
		text = append(text, fact.GetName()...)
		text = append(text, '=')
		text = appendJSON(text, in.values[slot])
		text = append(text, '\n')
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

func appendJSON(text []byte, value ref.Val) []byte {
	switch v := value.(type) {
	case types.Bool:
		return strconv.AppendBool(text, bool(v))
	case types.Int:
		return strconv.AppendInt(text, int64(v), 10)
	case types.Double:
		return append(text, marshal(float64(v))...)
	case types.String:
		return appendString(text, string(v))
	case types.Timestamp:
		text = append(text, '"')
		text = v.AppendFormat(text, time.DateOnly)
		return append(text, '"')
	}
	text = append(text, '[')
	for i, item := range itemsOf(value) {
		if i > 0 {
			text = append(text, ',')
		}
		text = appendString(text, item)
	}
	return append(text, ']')
}

// appendString writes what encoding/json would, without its detour for text that needs no escape.
func appendString(text []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= utf8.RuneSelf || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			return append(text, marshal(s)...)
		}
	}
	text = append(text, '"')
	text = append(text, s...)
	return append(text, '"')
}

// marshal writes a string or a finite number, which cannot fail.
func marshal(value any) []byte {
	text, _ := json.Marshal(value)
	return text
}
