package bounce

import "strings"

// prefix is what the names of senders begin with. It is short: a name has at most 64 bytes (RFC 5321, 4.5.3.1.1), of which a token takes 60.
const prefix = "b+"

// Address is the sender of a mail whose receipt has the token.
func Address(token, domain string) string { return prefix + token + "@" + domain }

// token is that of a recipient of ours. A server may have changed the case of all but the token.
func token(address, domain string) (token string, ok bool) {
	at := strings.LastIndexByte(address, '@')
	if at < len(prefix) || !strings.EqualFold(address[at+1:], domain) || !strings.EqualFold(address[:len(prefix)], prefix) {
		return "", false
	}
	token = address[len(prefix):at]
	return token, token != ""
}
