package bounce

import "strings"

// prefix is what the names of senders begin with.
const prefix = "bounces+"

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
