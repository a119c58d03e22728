package kannel

import (
	"strings"
	"unicode/utf16"

	"golang.org/x/text/unicode/norm"

	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

// How much one short message holds, alone and as one of several (TS 23.040, 9.2.3.24.1): septets, UCS-2 characters and octets.
const (
	septetsAlone, septetsOfSeveral = 160, 153
	ucs2Alone, ucs2OfSeveral       = 70, 67
	octetsAlone, octetsOfSeveral   = 140, 134
)

// Data coding schemes of a text string for the SIM (TS 31.111, 8.15; TS 23.038).
const (
	simGSM8 = 0x04
	simUCS2 = 0x08
)

// smsText is the first of these that fits into most short messages: title, message and link; message and link; title and message; the
// message alone. It is in the default alphabet where that has all its characters, and else in UCS-2.
func smsText(m message.Message, most int) (text string, coding int, ok bool) {
	for _, text := range compositions(m, m.Link) {
		coding, length := coding7Bit, 0
		if packed, in := gsm7(text); in {
			length = within(len(packed), septetsAlone, septetsOfSeveral)
		} else {
			coding, length = codingUCS2, within(len(utf16.Encode([]rune(text))), ucs2Alone, ucs2OfSeveral)
		}
		if length <= most {
			return text, coding, true
		}
	}
	return "", 0, false
}

// simText is title and message, or the message alone, as a text string that an applet can show by DISPLAY TEXT as it is: a data coding
// scheme, then the default alphabet with 8 bits a character or UCS-2. It has no link, which a SIM cannot open.
func simText(m message.Message, most int) (body []byte, ok bool) {
	for _, text := range compositions(m, "") {
		if packed, in := gsm7(text); in {
			body = append([]byte{simGSM8}, packed...)
		} else {
			body = []byte{simUCS2}
			for _, unit := range utf16.Encode([]rune(text)) {
				body = append(body, byte(unit>>8), byte(unit))
			}
		}
		if within(len(body), octetsAlone, octetsOfSeveral) <= most {
			return body, true
		}
	}
	return nil, false
}

// compositions are the ways to say a message, the best first.
func compositions(m message.Message, link string) []string {
	title, text := norm.NFC.String(m.Title), norm.NFC.String(m.Text)
	both := strings.TrimSuffix(title, ":") + ": " + text
	if title == "" {
		both = text
	}
	if link == "" {
		return []string{both, text}
	}
	return []string{both + " " + link, text + " " + link, both, text}
}

// within is how many short messages a length takes.
func within(length, alone, ofSeveral int) int {
	if length <= alone {
		return 1
	}
	return (length + ofSeveral - 1) / ofSeveral
}
