package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
)

// example is a fenced block of a page in a language that is run. A program may say its name first.
var example = regexp.MustCompile("(?ms)^```(sh|js)\n((?:// (\\w+\\.mjs) )?.*?)^```$")

// documentedExamples runs the examples of the pages, word for word: those for the shell in one shell, with the
// variables that the page sets up; a program that a page names is there for them under its name.
func documentedExamples(t *testing.T, p *platform) {
	clients, err := filepath.Abs("clients")
	if err != nil {
		t.Fatal(err)
	}
	decides := p.owner().create(t, "Decides", "cmp", "--scope", "benefits.evaluate", "--scope", "benefits.facts", "--scope", "benefits.simulate").credentials()
	provider := p.demo.Tuidd.demoProvider
	for _, page := range []string{"native.md", "tuidd.md", "iddi.md", "cmp.md", "benefits.md", "notifications.md", "dispatches.md", "colppy.md", "mosia.md", "sessions.md", "integrations.md"} {
		t.Run(page, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join("..", "..", "docs", page))
			if err != nil {
				t.Fatal(err)
			}
			// Imports are looked up from the program's folder on.
			folder := t.TempDir()
			if err := os.Symlink(filepath.Join(clients, "node_modules"), filepath.Join(folder, "node_modules")); err != nil {
				t.Fatal(err)
			}
			script := "set -eu\nTOKEN=" + p.issue(t, p.partner) + "\n"
			blocks := example.FindAllStringSubmatch(string(text), -1)
			if len(blocks) == 0 {
				t.Fatal("no examples")
			}
			for _, block := range blocks {
				language, text, name := block[1], block[2], block[3]
				switch {
				case language == "sh":
					script += text
				case name != "":
					write(t, filepath.Join(folder, name), []byte(text))
				default:
					write(t, filepath.Join(folder, "example.mjs"), []byte(text))
					script += "node example.mjs\n"
				}
			}
			cmd := exec.CommandContext(t.Context(), "sh", "-c", script)
			cmd.Dir = folder
			cmd.Env = append(bareEnvironment(), "DEMO="+p.file, "NODE_EXTRA_CA_CERTS="+p.demo.CAFile, "BASE="+p.base, "CA="+p.demo.CAFile,
				"ID="+p.partner.id, "SECRET="+p.partner.secret, "SERVER_ID="+p.resource.id, "SERVER_SECRET="+p.resource.secret,
				"API_KEY="+p.demo.IDDi.APIKey, "EXTENDED_KEY="+p.demo.IDDi.ExtendedKey,
				"FOLIO="+p.demo.IDDi.Folio, "FIRMA="+p.demo.IDDi.Firma, "QR="+p.demo.IDDi.QR,
				"WIDGET_KEY="+p.demo.Cmp.APIKey, "WIDGET_SECRET="+p.demo.Cmp.SecretKey, "ORIGIN="+p.demo.Cmp.Origin,
				"RUT="+p.demo.Cmp.RUT, "CU_TOKEN="+p.demo.Cmp.CUToken,
				"VENTANILLA="+binary, "DATA="+p.data, "ADMIN="+p.demo.AdminRPC,
				"DECIDES_ID="+decides.id, "DECIDES_SECRET="+decides.secret,
				"PROVIDER_CLIENT_ID="+provider.ClientID, "PROVIDER_CLIENT_SECRET="+provider.ClientSecret,
				"PROVIDER_ID="+strconv.FormatInt(provider.ProviderID, 10), "SERVICE_TOKEN="+provider.ServiceToken,
				"SERVICE_ID="+strconv.Itoa(int(provider.ServiceID)), "DESTINATION="+provider.Destination,
				"DEV="+p.demo.Colppy.Auth.Usuario, "DEV_PASSWORD="+p.demo.Colppy.Auth.Password,
				"USUARIO="+p.demo.Colppy.User.Usuario, "CLAVE="+p.demo.Colppy.User.Password, "EMPRESA="+strconv.FormatInt(p.demo.Colppy.IDEmpresa, 10),
				"CLIENT_TOKEN="+p.demo.Mosia.Token, "INSTANCIA="+p.demo.Mosia.Instance, "FUNCIONALIDADE="+p.demo.Mosia.Functionality,
				"CHAVE_PASSE="+p.demo.Mosia.PassKey, "CHAVE_UNICA="+p.demo.Mosia.UniqueKey,
				"INTEGRACAO="+p.demo.Mosia.Integration, "LOGIN="+p.demo.Mosia.Login, "SENHA="+p.demo.Mosia.Password,
				"STAGING_ID="+p.demo.Cmp.StagingID, "STAGING_SECRET="+p.demo.Cmp.StagingSecret,
				"STAGING_RUT="+p.demo.Cmp.StagingRUT, "STAGING_CU_TOKEN="+p.demo.Cmp.StagingCUToken)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}
