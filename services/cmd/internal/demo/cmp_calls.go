package demo

import (
	"fmt"
	"strings"
)

// print shows the calls of Red de Protección Social. The shell's TOKEN is an access token of the partner.
func (f CMP) print(step func(comment, line string, args ...any), curl, base string) {
	benefits := func(rut, category, token string) string {
		return fmt.Sprintf(`%s -X POST -G %s/api/v1/beneficios-potenciales -H "Authorization: Bearer $TOKEN" -d rut=%s -d categoria=%s -d cu_token=%s`,
			curl, base, strings.ReplaceAll(rut, "-", ""), category, token)
	}
	widget := fmt.Sprintf("%s -X POST %s/v1/auth/widget -d apiKey=%s -d secretKey=%s -d cu_token=%s -d rut=%s",
		curl, base, f.APIKey, f.SecretKey, f.CUToken, f.RUT)
	for _, citizen := range f.Citizens[:min(2, len(f.Citizens))] {
		step("cmp: what a citizen may get ("+citizen.About+")", "%s", benefits(citizen.RUT, "transferencias", citizen.CUToken))
	}
	for _, citizen := range f.Citizens[min(1, len(f.Citizens)):min(2, len(f.Citizens))] {
		step("cmp: another's RUT is refused", "%s", benefits(citizen.RUT, "todas", f.CUToken))
	}
	step("cmp: so is a category that there is not, as the document has it", "%s", benefits(f.RUT, "vivienda", f.CUToken))
	step("cmp: a token for the widgets of a citizen", "%s", widget)
	step("the same, kept in a variable", `WIDGET=$(%s | sed -E 's/.*"CmpWidget":"([^"]+)".*/\1/')`, widget)
	step("cmp: what the widget Hogar Ciudadano shows", `%s -H "Authorization: Bearer $WIDGET" -H 'Origin: %s' '%s/widgets/v1/hogar?apiKey=%s'`, curl, f.Origin, base, f.APIKey)
	step("cmp: a partner's page with both widgets; open it in a browser", "# %s", f.Origin)
}
