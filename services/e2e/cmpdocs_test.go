package e2e

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// cmpDocs is the folder of what /docs/cmp/ serves.
const cmpDocs = "../../gateway/web/cmpdocs/dist"

// cmpReader are the values that a reader of cmp's documentation fills in.
func cmpReader(t *testing.T, p *platform) map[string]string {
	t.Helper()
	text, err := os.ReadFile(p.file)
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		CMP map[string]any `json:"cmp"`
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	values := map[string]string{"base_url": p.base}
	for name, value := range file.CMP {
		if text, ok := value.(string); ok {
			values[name] = text
		}
	}
	return values
}

// cmpCollection runs the collection for Postman with Newman: every request and all that it checks.
func cmpCollection(t *testing.T, p *platform) {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	args := []string{"run", filepath.Join(cmpDocs, "postman_collection.json"), "--color", "off", "--ssl-extra-ca-certs", p.demo.CAFile}
	for name, value := range cmpReader(t, p) {
		args = append(args, "--env-var", name+"="+value)
	}
	cmd := exec.CommandContext(ctx, nodeProgram(t, "newman"), args...)
	cmd.Env = bareEnvironment()
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "assertions") {
		t.Errorf("%v\n%s", err, out)
	}
}

var (
	braces = regexp.MustCompile(`\{(\w+)\}`)
	// originOf is the page's origin, which a browser adds by itself.
	originOf = regexp.MustCompile(`-H "Origin: ([^"]+)"`)
)

// cmpExamples runs the examples of the documentation in both languages, word for word but for the values of the reader.
func cmpExamples(t *testing.T, p *platform) {
	text, err := os.ReadFile(filepath.Join(cmpDocs, "examples.json"))
	if err != nil {
		t.Fatal(err)
	}
	var examples []struct {
		Name             string
		Status           int
		CURL, JavaScript string
		Keeps            map[string]string
	}
	if err := json.Unmarshal(text, &examples); err != nil || len(examples) == 0 {
		t.Fatalf("%d examples, %v", len(examples), err)
	}
	values := cmpReader(t, p)
	fill := func(t *testing.T, text string) string {
		return braces.ReplaceAllStringFunc(text, func(name string) string {
			value, ok := values[name[1:len(name)-1]]
			if !ok {
				t.Fatalf("nothing says what %s is", name)
			}
			return value
		})
	}
	folder := t.TempDir()
	for _, example := range examples {
		t.Run(example.Name, func(t *testing.T) {
			line := fill(t, example.CURL)
			answer, status := cmpRun(t, p, "sh", "-c", "curl() { command curl -sS -w '\n%{http_code}' --cacert \"$CA\" \"$@\"; }\n"+line)
			if status != example.Status {
				t.Errorf("curl: got %d, %s", status, answer)
			}
			for name, place := range example.Keeps {
				values[name] = member(t, answer, place)
			}
			program := fill(t, example.JavaScript)
			if origin := originOf.FindStringSubmatch(line); origin != nil {
				program = "const { fetch: plain } = globalThis;\nglobalThis.fetch = (url, options) => plain(url, " +
					"{ ...options, headers: { ...options.headers, Origin: " + strconv.Quote(origin[1]) + " } });\n" + program
			}
			// The examples print the status and the answer; here the status goes last.
			program = strings.ReplaceAll(program, "console.log(respuesta.status, await respuesta.json());",
				"console.log(JSON.stringify(await respuesta.json()) + \"\\n\" + respuesta.status);")
			file := filepath.Join(folder, "example.mjs")
			write(t, file, []byte(program))
			if answer, status := cmpRun(t, p, "node", file); status != example.Status {
				t.Errorf("JavaScript: got %d, %s", status, answer)
			}
		})
	}
}

// cmpRun runs a program that prints an answer and, on a line of its own, its status.
func cmpRun(t *testing.T, p *platform, program string, args ...string) (answer string, status int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = append(bareEnvironment(), "CA="+p.demo.CAFile, "NODE_EXTRA_CA_CERTS="+p.demo.CAFile)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	text := strings.TrimSpace(string(out))
	i := strings.LastIndexByte(text, '\n')
	if status, err = strconv.Atoi(text[i+1:]); err != nil || i < 0 {
		t.Fatalf("the answer ends with no status: %s", text)
	}
	return text[:i], status
}

// member is the text at a place of an answer, "data.CmpWidget".
func member(t *testing.T, answer, place string) string {
	t.Helper()
	var value any
	if err := json.Unmarshal([]byte(answer), &value); err != nil {
		t.Fatal(err)
	}
	for name := range strings.SplitSeq(place, ".") {
		object, _ := value.(map[string]any)
		value = object[name]
	}
	text, ok := value.(string)
	if !ok || text == "" {
		t.Fatalf("the answer has nothing at %s", place)
	}
	return text
}
