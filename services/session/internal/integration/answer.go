package integration

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

const (
	// maxAnswer bounds an answer, in bytes, and maxDepth how deep its objects and lists are in each other.
	maxAnswer = 256 << 10
	maxDepth  = 32
)

// object reads an answer: a JSON object, in which nobody can read two things. Its numbers stay as they are written. Errors repeat nothing of it.
func object(text []byte) (json.RawMessage, error) {
	switch {
	case len(text) > maxAnswer:
		return nil, fmt.Errorf("the answer has more than %d KiB", maxAnswer>>10)
	case !utf8.Valid(text) || !json.Valid(text):
		return nil, errors.New("the answer is no JSON in UTF-8")
	case bytes.TrimLeft(text, " \t\r\n")[0] != '{':
		return nil, errors.New("the answer is no JSON object")
	}
	if err := unambiguous(text); err != nil {
		return nil, err
	}
	return text, nil
}

// level is an object or a list that is being read.
type level struct {
	members map[string]bool // of an object, those that were there
	named   bool            // the name of a member was read, and not yet its value
}

// unambiguous fails for valid JSON that is too deep, or has a member twice.
func unambiguous(text []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var levels []*level
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return errors.New("the answer is no JSON")
		}
		if token == json.Delim('}') || token == json.Delim(']') {
			levels = levels[:len(levels)-1]
			continue
		}
		if len(levels) > 0 {
			isName, err := levels[len(levels)-1].take(token)
			if err != nil {
				return err
			}
			if isName {
				continue
			}
		}
		switch token {
		case json.Delim('{'):
			levels = append(levels, &level{members: map[string]bool{}})
		case json.Delim('['):
			levels = append(levels, &level{})
		}
		if len(levels) > maxDepth {
			return fmt.Errorf("the answer is more than %d deep", maxDepth)
		}
	}
}

// take reads a name or the beginning of a value.
func (l *level) take(token json.Token) (isName bool, err error) {
	if l.members == nil || l.named {
		l.named = false
		return false, nil
	}
	name, _ := token.(string)
	if l.members[name] {
		return false, errors.New("the answer has a member twice")
	}
	l.members[name], l.named = true, true
	return true, nil
}
