package demo

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"
)

// Print shows the documented calls as lines that work when pasted into a shell.
func (f File) Print(w io.Writer) error {
	var b strings.Builder
	step := func(comment, line string, args ...any) {
		fmt.Fprintf(&b, "\n# %s\n%s\n", comment, fmt.Sprintf(line, args...))
	}
	ca := quote(f.CAFile)
	token := fmt.Sprintf(`curl -sS -w '\n' --cacert %s -X POST %s/api/v1/oauth/token -d grant_type=client_credentials -d 'scope=*' -d client_id=%s -d client_secret=%s`,
		ca, f.BaseURL, f.CMP.ClientID, f.CMP.ClientSecret)
	step("cmp: an access token", "%s", token)
	step("the same, kept in a variable", `TOKEN=$(%s | sed -E 's/.*"access_token":"([^"]+)".*/\1/')`, token)
	step("tuidd: a resource server asks whether the token is good, and for what",
		`curl -sS -w '\n' --cacert %s -u %s:%s %s/mcg/v1/tokeninfo -d "token=$TOKEN"`, ca, f.TUIDD.ClientID, f.TUIDD.ClientSecret, f.BaseURL)
	step("tuidd: another one, which it is not meant for, learns nothing",
		`curl -sS -w '\n' --cacert %s -u %s:%s %s/mcg/v1/tokeninfo -d "token=$TOKEN"`, ca, f.TUIDD.ForeignClientID, f.TUIDD.ForeignClientSecret, f.BaseURL)
	step("tuidd: the same answer, signed",
		`curl -sS -w '\n' --cacert %s -u %s:%s -H 'Accept: application/token-introspection+jwt' %s/mcg/v1/tokeninfo -d "token=$TOKEN"`,
		ca, f.TUIDD.ClientID, f.TUIDD.ClientSecret, f.BaseURL)
	step("native: the partner ends its token",
		`curl -sS -w '\n' --cacert %s -u %s:%s %s/oauth2/revoke -d "token=$TOKEN"`, ca, f.CMP.ClientID, f.CMP.ClientSecret, f.BaseURL)
	step("tuidd: the token is dead",
		`curl -sS -w '\n' --cacert %s -u %s:%s %s/mcg/v1/tokeninfo -d "token=$TOKEN"`, ca, f.TUIDD.ClientID, f.TUIDD.ClientSecret, f.BaseURL)
	operate := fmt.Sprintf(`bin/ventanilla admin --data %s --address %s`, quote(filepath.Dir(f.CAFile)), f.AdminRPC)
	step("operators: the registered clients", "%s client list", operate)
	step("operators: the keys that sign tokens", "%s key list", operate)
	step("operators: the log of all this is as it was written", "%s log verify", operate)
	_, err := io.WriteString(w, b.String()+"\n")
	return err
}

// quote makes a path one word of a shell line.
func quote(path string) string {
	if strings.IndexFunc(path, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/._-", r))
	}) < 0 {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}
