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
	f.CMP.print(step, "curl -sS -w '\\n' --cacert "+ca, f.BaseURL)
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
	f.TUIDD.print(step, "curl -sS -w '\\n' --cacert "+ca, f.BaseURL)
	f.IDDI.print(step, "curl -sS -w '\\n' --cacert "+ca, f.BaseURL)
	f.Colppy.print(step, "curl -sS -w '\\n' --cacert "+ca, f.BaseURL)
	f.Mosia.print(step, "curl -sS -w '\\n' --cacert "+ca, f.BaseURL)
	operate := fmt.Sprintf(`bin/ventanilla admin --data %s --address %s`, quote(filepath.Dir(f.CAFile)), f.AdminRPC)
	step("operators: why a citizen may get a benefit, or not", "%s benefit explain --rut %s --benefit bono-trabajo-mujer --purpose demo", operate, f.CMP.RUT)
	step("operators: what became of a benefit, by whom and when", "%s catalog history pension-garantizada-universal", operate)
	step("operators: what was dispatched, and what became of it", "%s dispatch list", operate)
	step("operators: the developers and users of the operation RPC", "%s account list", operate)
	step("operators: the sessions that are open", "%s session list", operate)
	step("operators: the functionalities that apps open", "%s functionality list", operate)
	step("operators: the registered clients", "%s client list", operate)
	step("operators: a card as a picture", "%s card render %s --purpose demo --out %s", operate, f.IDDI.Folio, quote(filepath.Join(filepath.Dir(f.CAFile), "card.png")))
	step("operators: the keys that sign tokens", "%s key list", operate)
	step("operators: the log of all this is as it was written", "%s log verify", operate)
	step("operators: so is the record of who looked at whom", "%s access verify", operate)
	_, err := io.WriteString(w, b.String()+"\n")
	return err
}

// print shows the calls of the university digital identity.
func (f IDDI) print(step func(comment, line string, args ...any), curl, base string) {
	profile := fmt.Sprintf("%s/v1/iddi/perfil/%s?firma_digital=%s", base, f.Folio, f.FirmaDigital)
	step("iddi: the profile behind a card, with an API key", "%s -H 'Authorization: %s' '%s'", curl, f.APIKey, profile)
	step("iddi: the extended one, with a key that may", "%s -H 'Authorization: %s' '%s&perfil_extendido=true'", curl, f.APIKeyExtendido, profile)
	step("iddi: a card that was revoked", "%s -H 'Authorization: %s' '%s/v1/iddi/perfil/%s?firma_digital=%s'", curl, f.APIKey, base, f.RevokedFolio, f.RevokedFirmaDigital)
	step("iddi: an access token for the key", "%s -H 'Authorization: Bearer %s' %s/v1/iddi/oauth/token -d grant_type=client_credentials -d 'scope=perfil catalogo'", curl, f.APIKey, base)
	step("iddi: a catalogue", "%s -H 'Authorization: %s' '%s/v1/iddi/catalogos/programas?limit=3'", curl, f.APIKey, base)
	step("iddi: the keys with which anyone verifies cards, offline", "%s %s/.well-known/iddi-card-keys.json", curl, base)
	step("iddi: what the QR code of the card says; open it in a browser", "# %s", f.QR)
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
