package auditlog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	// maxName bounds actor, act and target, in bytes.
	maxName = 160
	// MaxText bounds the text of an entry, in bytes.
	MaxText = 1 << 20
	// timeLayout is RFC 3339 with milliseconds, in UTC.
	timeLayout = "2006-01-02T15:04:05.000Z"
)

// Entry is one recorded event. It holds no secret.
type Entry struct {
	// At is when it happened. It is kept to the millisecond.
	At time.Time
	// Actor is who did it, Act what was done, Target what it was done to. None may be longer than 160 bytes or hold
	// control characters.
	Actor, Act, Target string
	// Detail is the rest as a JSON object on one line, or empty.
	Detail json.RawMessage
}

// Text is the canonical form of the entry, which is what a leaf is the hash of: a JSON object on one line, without
// spaces, with the members at, actor, act, target and, when there is one, detail, in this order.
//
//	{"at":"2026-03-04T05:06:07.890Z","actor":"ana","act":"DisableClient","target":"c1","detail":{…}}
func (e Entry) Text() (string, error) {
	for _, name := range []string{e.Actor, e.Act, e.Target} {
		if err := checkName(name); err != nil {
			return "", err
		}
	}
	if len(e.Detail) > 0 && (e.Detail[0] != '{' || bytes.ContainsAny(e.Detail, "\r\n") || !json.Valid(e.Detail)) {
		return "", errors.New("an entry's detail is no JSON object on one line")
	}
	out := make([]byte, 0, 80+len(e.Actor)+len(e.Act)+len(e.Target)+len(e.Detail))
	out = append(out, `{"at":"`...)
	out = e.At.UTC().AppendFormat(out, timeLayout)
	out = AppendString(append(out, `","actor":`...), e.Actor)
	out = AppendString(append(out, `,"act":`...), e.Act)
	out = AppendString(append(out, `,"target":`...), e.Target)
	if len(e.Detail) > 0 {
		out = append(append(out, `,"detail":`...), e.Detail...)
	}
	out = append(out, '}')
	if len(out) > MaxText {
		return "", fmt.Errorf("an entry's text of %d bytes is longer than %d", len(out), MaxText)
	}
	if !utf8.Valid(e.Detail) {
		return "", errors.New("an entry's detail is not UTF-8")
	}
	return string(out), nil
}

func checkName(name string) error {
	if len(name) > maxName {
		return fmt.Errorf("an entry's actor, act or target is longer than %d bytes", maxName)
	}
	for _, r := range name {
		if unicode.IsControl(r) || r == utf8.RuneError {
			return errors.New("an entry's actor, act or target has control characters or is not UTF-8")
		}
	}
	return nil
}

// ParseText reads the canonical form. It fails for any other.
func ParseText(text string) (Entry, error) {
	var read struct {
		At     time.Time       `json:"at"`
		Actor  string          `json:"actor"`
		Act    string          `json:"act"`
		Target string          `json:"target"`
		Detail json.RawMessage `json:"detail"`
	}
	if err := json.Unmarshal([]byte(text), &read); err != nil {
		return Entry{}, fmt.Errorf("reading an entry: %w", err)
	}
	e := Entry{read.At, read.Actor, read.Act, read.Target, read.Detail}
	if again, err := e.Text(); err != nil || again != text {
		return Entry{}, errors.New("reading an entry: it is not in the canonical form")
	}
	return e, nil
}

// AppendString appends a JSON string, for those who write the detail of many entries.
func AppendString(out []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c > 0x7e || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			quoted, err := json.Marshal(s)
			if err != nil {
				panic(err) // a string has a JSON form
			}
			return append(out, quoted...)
		}
	}
	out = append(out, '"')
	out = append(out, s...)
	return append(out, '"')
}
