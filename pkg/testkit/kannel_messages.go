package testkit

import (
	"net/url"
	"regexp"
	"strings"
)

// ShortMessage is one that reached the centre.
type ShortMessage struct {
	From, To string
	// Format is fakesmsc's: "ucs-2" for UCS-2, "data" for what is no plain text, and else "text". One of several is always "data".
	Format string
	// Header is the user data header of one of several, as fakesmsc has it; its last two octets are how many there are and which it is.
	Header []byte
	// Data is in UTF-8 for texts in the default alphabet, and else as it was sent. fakesmsc's protocol is one of lines: a single message in
	// the default alphabet ends at its first line break.
	Data []byte
}

var gotMessage = regexp.MustCompile(`(?m)Got message \d+: <(\S+) (\S+) (?:udh (\S+) )?(text|data|ucs-2) (.*)>$`)

// Messages are those that reached the centre since it was started, in their order.
func (g *Gateway) Messages() []ShortMessage {
	g.t.Helper()
	var out []ShortMessage
	for _, found := range gotMessage.FindAllStringSubmatch(g.centre.log(), -1) {
		m := ShortMessage{From: found[1], To: found[2], Format: found[4], Header: g.decoded(found[3]), Data: []byte(found[5])}
		if m.Format != "text" {
			m.Data = g.decoded(found[5])
		}
		out = append(out, m)
	}
	return out
}

// TextOf puts the messages that are parts of one text together again; in UTF-8 for texts in the default alphabet.
func TextOf(parts []ShortMessage) string {
	var out strings.Builder
	for _, part := range parts {
		out.Write(part.Data)
	}
	return out.String()
}

func (g *Gateway) decoded(text string) []byte {
	g.t.Helper()
	data, err := url.QueryUnescape(text)
	if err != nil {
		g.t.Fatalf("fakesmsc writes what cannot be read: %v", err)
	}
	return []byte(data)
}
