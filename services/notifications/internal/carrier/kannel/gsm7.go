package kannel

import "strings"

// The default alphabet of TS 23.038, 6.2.1, by code; its extension (6.2.1.1) follows an escape. Both are written in the order of their codes.
var alphabet = []rune("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
	"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà")

var extension = map[rune]byte{
	'\f': 0x0A, '^': 0x14, '{': 0x28, '}': 0x29, '\\': 0x2F, '[': 0x3C, '~': 0x3D, ']': 0x3E, '|': 0x40, '€': 0x65,
}

const escape = 0x1B

var codeOf = func() map[rune]byte {
	codes := make(map[rune]byte, len(alphabet))
	for code, char := range alphabet {
		if char != escape {
			codes[char] = byte(code)
		}
	}
	return codes
}()

// gsm7 writes a text in the default alphabet, one octet a septet. ok is false when it has not all the characters.
func gsm7(text string) (codes []byte, ok bool) {
	var out strings.Builder
	for _, char := range text {
		if code, in := codeOf[char]; in {
			out.WriteByte(code)
		} else if code, in := extension[char]; in {
			out.Write([]byte{escape, code})
		} else {
			return nil, false
		}
	}
	return []byte(out.String()), true
}
