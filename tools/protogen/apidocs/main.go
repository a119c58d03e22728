// Command apidocs makes a family's documentation for partners of its OpenAPI document: a page with examples in cURL and JavaScript, a
// collection for Postman, and the examples by themselves, for a test that runs them. What the document says of its calls stands in
// the extension x-llamadas of each operation.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: apidocs OPENAPI.yaml SOURCES OUT\n\nSOURCES has page.html.tmpl and the Markdown pages and other files that are served beside it.")
		os.Exit(2)
	}
	if err := generate(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, "apidocs:", err)
		os.Exit(1)
	}
}

// generate replaces the folder out.
func generate(document, sources, out string) error {
	text, err := os.ReadFile(document)
	if err != nil {
		return err
	}
	api, err := readAPI(text)
	if err != nil {
		return fmt.Errorf("%s: %w", document, err)
	}
	files, err := pages(api, sources)
	if err != nil {
		return err
	}
	files["openapi.yaml"] = text
	if files["postman_collection.json"], err = indented(collection(api)); err != nil {
		return err
	}
	if files["examples.json"], err = indented(api.examples()); err != nil {
		return err
	}
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o750); err != nil {
		return err
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(out, name), content, 0o600); err != nil {
			return err
		}
	}
	return nil
}

func indented(value any) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(value)
	return text.Bytes(), err
}
