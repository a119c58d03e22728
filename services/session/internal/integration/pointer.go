package integration

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
)

// Pointer is where something is in JSON (RFC 6901), by its reference tokens.
type Pointer []string

var unescaped = strings.NewReplacer("~1", "/", "~0", "~")

// ParsePointer reads one. Its errors say what is wrong and do not repeat it.
func ParsePointer(text string) (Pointer, error) {
	if text == "" {
		return nil, nil
	}
	if text[0] != '/' {
		return nil, errors.New("must be empty or begin with a slash, as /data/user (JSON Pointer)")
	}
	tokens := strings.Split(text[1:], "/")
	for i, token := range tokens {
		if strings.Contains(strings.NewReplacer("~0", "", "~1", "").Replace(token), "~") {
			return nil, errors.New("must have ~0 for a tilde and ~1 for a slash (JSON Pointer)")
		}
		tokens[i] = unescaped.Replace(token)
	}
	return tokens, nil
}

// find returns what is there in valid JSON.
func (p Pointer) find(in json.RawMessage) (found json.RawMessage, ok bool) {
	for _, token := range p {
		if in, ok = member(in, token); !ok {
			return nil, false
		}
	}
	return in, true
}

// member is a member of an object, or an element of a list.
func member(in json.RawMessage, token string) (json.RawMessage, bool) {
	var object map[string]json.RawMessage
	if json.Unmarshal(in, &object) == nil {
		found, ok := object[token]
		return found, ok
	}
	var list []json.RawMessage
	index, err := strconv.ParseUint(token, 10, 31)
	if err != nil || strconv.FormatUint(index, 10) != token || json.Unmarshal(in, &list) != nil || index >= uint64(len(list)) {
		return nil, false
	}
	return list[index], true
}
