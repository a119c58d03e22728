package catalogfile_test

import (
	"os"
	"strings"
	"testing"

	"github.com/ventanilla/ventanilla/services/cmd/internal/catalogfile"
)

// documented is the example of docs/catalogue.md.
func documented(t *testing.T) []byte {
	t.Helper()
	page, err := os.ReadFile("../../../../docs/catalogue.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```yaml\n")
	example, _, found := strings.Cut(rest, "```\n")
	if !found {
		t.Fatal("the page has no example")
	}
	return []byte(example)
}

func TestTheDocumentedFileIsRead(t *testing.T) {
	files := catalogfile.New()
	if err := files.Add("a.yaml", documented(t)); err != nil {
		t.Fatal(err)
	}
	t.Log(files.Import)
	t.Log(files.Place("benefits[0].conditions[1].expression"))
}
