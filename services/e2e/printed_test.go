package e2e

import (
	"errors"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ventanilla/ventanilla/pkg/testkit"
)

// The answers that the printed calls promise, in the printed order: a token's life, what citizens may get, and what there is about
// a card.
var printedAnswers = []string{
	`^{"token_type":"Bearer","expires_in":31535999,"access_token":"[\w-]+\.[\w-]+\.[\w-]+"}$`,
	`^{"code":200,"success":true,"data":{"beneficios":\[{.*"title":"Subsidio Familiar \(SUF\)".*}\]}}$`,
	`^{"code":200,"success":true,"data":{"beneficios":\[{.*"title":"Pensión Garantizada Universal \(PGU\)".*}\]}}$`,
	`^{"code":403,"success":false,"data":{"message":"[^"]+"}}$`, // Another's RUT.
	`^{"code":500,"success":false,"data":{"message":"Categoría no válida"}}$`,
	`^{"code":200,"success":true,"data":{"CmpWidget":"[\w-]+\.[\w-]+\.[\w-]+"}}$`,
	`^{"code":200,"success":true,"data":{"hogar":{"tramo":40,.*"usted":true.*"beneficios":\[{.*}\],"revision":\d+}}$`,
	`^{"active":true,.*"client_id":"[^"]+".*}$`,
	`^{"active":false}$`,         // To the resource server that it is not meant for.
	`^ey[\w-]+\.[\w-]+\.[\w-]+$`, // Signed.
	`^{}$`,                       // Revoked.
	`^{"active":false}$`,
	`^{"id":"[\w-]{36}","status":"accepted",.*}$`,
	`^{"id":"[\w-]{36}",.*"parts":\[{.*"kind":"notification",.*}\].*}$`,
	`^{"id":"\w{1,6}",.*"email":null,.*"perfiles":\[{"tipo":"L",.*}\]}$`,
	`^{"id":"\w{1,6}",.*"email":"[^"]+",.*"perfiles":\[{"tipo":"L",.*}\]}$`, // Extended.
	`^{"status":"fail","code":"revocado",.*}$`,
	`^{"access_token":"[\w-]+\.[\w-]+\.[\w-]+","token_type":"Bearer",.*"scope":"perfil catalogo"}$`,
	`^{"data":\[{"clave":"101",.*}\],"paginacion":{"limit":3,"page":1,"total":\d+,"paginas":\d+}}$`,
	`^{"keys":\[{"kty":"OKP",.*}\],"validators":\["https://[^"]+/c"\]}$`,
	`^{"service":{"provision":"Usuario","operacion":"iniciar_sesion",.*"result":{"estado":0,.*"data":{"claveSesion":"[0-9a-f]{32}"}}}$`,
	`^{.*"response":{"success":true,.*"total":2,"data":\[{"idCliente":\d+,.*"DirPostalCiudad":"Maipú",.*"DirPostalCiudad":"Mendoza",.*}\]}}$`,
	`^{"service":{"provision":"Beneficio",.*"response":{"success":true,.*"data":\[.*\]}}$`,
	`^{"service":{"provision":"Usuario","operacion":"cerrar_sesion",.*"response":{"success":true,.*}}$`,
	`^{"service":{"provision":"Empresa",.*"result":{"estado":[1-9]\d*,"mensaje":"[^"]+"},"response":null}$`, // Over.
	`^{"service":{"provision":"Indice",.*"response":{"success":true,.*"iniciar_sesion".*}}$`,
	`^{"status":true,"data":{"token":"[\w-]+\.[\w-]+\.[\w-]+","expireAt":\d+},"message":"Beneficiário autenticado",.*}$`,
	`^302 http://[^ ]+/funcionalidade\?instanciaApp=2&chavePasse=[0-9a-f-]{36}$`,
	`^{"status":true,"data":{"chaveUnica":"44444444-4","integracao":{.*"abcdef":9288701.*}},"message":"Dados carregados com sucesso.","critical":\[\],"statusCode":200,.*}$`,
	`^{"status":true,"data":{"grupoFamiliar":\[{"chaveUnica":"44444444-4",.*"usuarioLogado":true},.*\]},.*}$`,
}

// printedCalls pastes what the platform prints into a shell, word for word. Lines share the shell, since some keep
// a token in a variable for the next.
func printedCalls(t *testing.T, p *platform) {
	if p.process == nil {
		t.Log("what a platform that runs elsewhere printed is not to be had")
		return
	}
	testkit.Eventually(t, patience, func() error { // it prints when it is ready; this is the last line
		if !strings.Contains(p.process.output.String(), " access verify\n") {
			return errors.New("not all is printed yet")
		}
		return nil
	})
	var script strings.Builder
	var calls int
	var operators []string // whose lines show what came of the calls
	for line := range strings.Lines(p.process.output.String()) {
		switch {
		case strings.HasPrefix(line, "curl "):
			calls++
			script.WriteString(line)
		case slices.ContainsFunc([]string{"TOKEN=", "WIDGET=", "PROVIDER=", "DISPATCH=", "CLAVE=", "BENEFICIARIO=", "PASSE="}, func(kept string) bool { return strings.HasPrefix(line, kept) }):
			script.WriteString(line)
		case strings.HasPrefix(line, "bin/ventanilla "):
			operators = append(operators, strings.Replace(line, "bin/ventanilla", binary, 1))
		}
	}
	if calls != len(printedAnswers) {
		t.Fatalf("%d printed calls, want %d:\n%s", calls, len(printedAnswers), script.String())
	}
	out, err := exec.CommandContext(t.Context(), "sh", "-c", script.String()).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	answers := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if len(answers) != calls {
		t.Fatalf("%d answers to %d calls:\n%s", len(answers), calls, out)
	}
	for i, want := range printedAnswers {
		if !regexp.MustCompile(want).MatchString(answers[i]) {
			t.Errorf("call %d answered %s, want %s", i+1, answers[i], want)
		}
	}
	for _, line := range operators {
		operates(t, p, line)
	}
}

// operates runs a printed operator's line, which names the binary as it lies in a clone.
func operates(t *testing.T, p *platform, line string) {
	t.Helper()
	shows := map[string]string{
		"client list": p.partner.id, "key list": "RS256", "log verify": "", "access verify": "",
		"card render": p.demo.IDDi.QR, "catalog history": "bootstrap publisher", "benefit explain": "Tener entre 25 y 59 años.",
		"dispatch list": "sms", "account list": "demo.usuario@ventanilla.example", "session list": "", "functionality list": "Demo page",
	}
	out, err := exec.CommandContext(t.Context(), "sh", "-c", line).CombinedOutput()
	for command, want := range shows {
		if strings.Contains(line, " "+command) {
			if err != nil || !strings.Contains(string(out), want) {
				t.Errorf("%s%v\n%s", line, err, out)
			}
			return
		}
	}
	t.Errorf("nobody knows what %s is to show", line)
}
