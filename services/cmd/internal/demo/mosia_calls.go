package demo

import "fmt"

// print shows how an app's user comes to a partner's page, and what the page learns.
func (f Mosia) print(step func(comment, line string, args ...any), curl, base string) {
	authenticate := fmt.Sprintf(`%s -X POST %s/clientes/utilitarios/seguranca/chaveAuth -H 'Authorization: %s' -H 'Content-Type: application/json' -d '{"chaveUnica":"%s"}'`,
		curl, base, f.Token, f.ChaveUnica)
	open := fmt.Sprintf(`%s -o /dev/null -w '%%{http_code} %%{redirect_url}\n' -H "Authorization: $BENEFICIARIO" '%s/clientes/funcionalidade/abrir?instanciaApp=%s&chaveFuncionalidade=%s'`,
		curl, base, f.InstanciaApp, f.ChaveFuncionalidade)
	redeem := func(what, passKey string) string {
		return fmt.Sprintf(`%s -H 'Authorization: %s' "%s/clientes/chavePasse/%s?instanciaApp=%s&chavePasse=%s&chaveFuncionalidade=%s"`,
			curl, f.Token, base, what, f.InstanciaApp, passKey, f.ChaveFuncionalidade)
	}
	step("mosia: a token for the user of an app", "%s", authenticate)
	step("the same, kept in a variable", `BENEFICIARIO=$(%s | sed -E 's/.*"token":"([^"]+)".*/\1/')`, authenticate)
	step("mosia: the user opens a functionality and is sent to the partner's page with a pass key", "%s", open)
	step("once more, the pass key kept in a variable", `PASSE=$(%s | sed -E 's/.*chavePasse=([^&]+).*/\1/')`, open)
	step("mosia: the page learns who it is", "%s", redeem("usuario", "$PASSE"))
	step("mosia: and who lives with the user", "%s", redeem("grupoFamiliar", f.ChavePasse))
	step("mosia: the same in a browser; open it", "# %s?instanciaApp=%s&chavePasse=%s", f.Pagina, f.InstanciaApp, f.ChavePasse)
}
