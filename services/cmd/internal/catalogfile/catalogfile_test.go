package catalogfile_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"buf.build/go/protovalidate"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"
	"pgregory.net/rapid"

	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	"github.com/ventanilla/ventanilla/services/cmd/internal/catalogfile"
)

var update = flag.Bool("update", false, "write the schema anew")

const (
	page   = "../../../../docs/catalogue.md"
	schema = "../../../../docs/catalogue.schema.json"
)

// documented is the example of docs/catalogue.md.
func documented(t testing.TB) []byte {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "```yaml\n")
	example, _, found := strings.Cut(rest, "```\n")
	if !found {
		t.Fatal("the page has no example")
	}
	return []byte(example)
}

func read(text string) (*catalogfile.Files, error) {
	files := catalogfile.New()
	return files, files.Add("a.yaml", []byte(text))
}

func TestTheDocumentedFileIsRead(t *testing.T) {
	files, err := read(string(documented(t)))
	if err != nil {
		t.Fatal(err)
	}
	if err := protovalidate.Validate(files.Import); err != nil {
		t.Error(err)
	}
	b := files.Import.GetBenefits()[0]
	if b.GetBenefitId() != "pension-garantizada-universal" || b.GetExamples()[2].GetAsOf() != "2026-01-01" ||
		b.GetExamples()[0].GetFacts().GetFields()["person.age"].GetNumberValue() != 70 ||
		b.GetExamples()[1].GetOutcome() != benefitsv1.Outcome_OUTCOME_POTENTIAL || len(files.Import.GetFacts()[1].GetValues()) != 3 {
		t.Errorf("read %v", files.Import)
	}
}

func TestFilesAreReadTogether(t *testing.T) {
	files := catalogfile.New()
	for name, text := range map[string]string{"a.yaml": "benefits:\n- id: a\n- id: b\n"} {
		if err := files.Add(name, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := files.Add("b.yaml", []byte("benefits:\n\n- id: c\n  texts:\n    es: {title: x}\n  conditions:\n  - name: y\n")); err != nil {
		t.Fatal(err)
	}
	for field, want := range map[string]string{
		"benefits[1].benefit_id": "a.yaml:3", "benefits[2]": "b.yaml:3", "benefits[2].url": "b.yaml:3",
		"benefits[2].conditions[0].expression": "b.yaml:7", `benefits[2].texts["es"].title`: "b.yaml:5", "benefits[2].texts.title": "b.yaml:5",
		"benefits": "a.yaml:2",
	} {
		if place, known := files.Place(field); !known || place.String() != want {
			t.Errorf("%s is at %s, want %s", field, place, want)
		}
	}
	if _, known := files.Place("facts[0].name"); known {
		t.Error("what no file has is somewhere")
	}
}

// faults are files that are not read, and what is said of them.
var faults = map[string]struct {
	text string
	says []string
}{
	"an unknown key":     {"benefits:\n- id: a\n  titel: x\n", []string{`a.yaml:3:3: benefits[0]: there is no key "titel" here; the keys are id, category,`}},
	"a key twice":        {"benefits:\n- id: a\n  url: x\n  id: b\n", []string{`a.yaml:4:3: benefits[0]: the key "id" is here again; it is on line 2 already`}},
	"a language twice":   {"facts:\n- labels: {es: a, es: b}\n", []string{`facts[0].labels: the key "es" is here again`}},
	"a fact twice":       {"benefits:\n- examples:\n  - facts: {a: 1, a: 2}\n", []string{`examples[0].facts: the key "a" is here again`}},
	"the contract's key": {"benefits: [{benefit_id: a}]", []string{`no key "benefit_id"`}},
	"what is derived":    {"facts: [{derived: true}]", []string{`no key "derived"`}},
	"an anchor":          {"benefits: [{id: &a b, category: *a}]", []string{"benefits[0].benefit_id: anchors and aliases are not read", "benefits[0].category: anchors"}},
	"a merge":            {"benefits: [{<<: {id: a}}]", []string{`no key "<<"`}},
	"a tag":              {"benefits: [{id: !!str 5}]", []string{"tags are not read"}},
	"a list as key":      {"? [a]\n: b\n", []string{"keys are words"}},
	"no mapping":         {"- a", []string{"a.yaml:1:1: must be a mapping"}},
	"no list":            {"benefits: a", []string{"benefits: must be a list"}},
	"nothing as list":    {"benefits:", []string{"benefits: must be a list"}},
	"a truth as text":    {"benefits: [{id: true}]", []string{"must be a text: put it in quotes"}},
	"nothing as text":    {"benefits: [{id: }]", []string{"must be a text"}},
	"a list as text":     {"benefits: [{id: [a]}]", []string{"must be a text"}},
	"no number":          {"categories: [{position: a}, {position: 1.5}, {position: 9999999999}, {position: '1'}]", []string{"[0].position: must be a whole", "[1].position", "[2].position", "[3].position"}},
	"another word":       {"facts: [{type: integer}, {type: INT}, {type: unspecified}, {type: }]", []string{"[0].type: must be one of bool, int, double, string, date, string_list", "[1].type", "[2].type", "[3].type"}},
	"no outcome":         {"benefits: [{examples: [{outcome: perhaps}]}]", []string{"must be one of eligible, potential, not_eligible"}},
	"facts":              {"benefits: [{examples: [{facts: {a: , b: .nan, c: [1, true], d: {e: f}, g: 1e99, h: .inf}}]}]", []string{`facts["a"]: has no value: leave it out`, `["b"]: must be a number`, `["c"]: must be a text`, `["d"]: must be true`, `["g"]: must be`, `["h"]: must be`}},
	"two documents":      {"benefits: []\n---\nfacts: []\n", []string{"a.yaml:2: another document"}},
	"nothing":            {"", []string{"a.yaml: is empty"}},
	"a comment":          {"# nothing\n", []string{"a.yaml: is empty"}},
	"no YAML":            {"benefits:\n  - a: b: c\n", []string{"a.yaml:2: is not YAML: mapping values"}},
	"a NUL":              {"a: \x00", []string{"a.yaml: is not YAML"}},
	"no UTF-8":           {"a: \xff", []string{"a.yaml: is not YAML"}},
	"deep":               {strings.Repeat("[", 20_000), []string{"a.yaml: is not YAML: exceeded max depth"}},
	"long":               {"#" + strings.Repeat(" ", catalogfile.MaxFile), []string{"longer than 1024 KiB"}},
}

func TestWhatIsWrongIsToldWithItsLine(t *testing.T) {
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			_, err := read(fault.text)
			if err == nil {
				t.Fatal("it was read")
			}
			lines := strings.Split(err.Error(), "\n")
			if len(lines) != len(fault.says) {
				t.Fatalf("says\n%v", err)
			}
			for i, says := range fault.says {
				if !strings.Contains(lines[i], says) {
					t.Errorf("says\n%s\nwant\n%s", lines[i], says)
				}
			}
		})
	}
	if _, err := read("categories:\n" + strings.Repeat("- x: y\n", 1000)); strings.Count(err.Error(), "\n") != 19 {
		t.Errorf("all faults are told: %v", err)
	}
}

// same checks that a part is written so that it is read again as it was.
func same(t interface {
	Helper()
	Fatalf(format string, args ...any)
}, part *benefitsv1.ImportRequest,
) {
	t.Helper()
	text, err := catalogfile.Write(part)
	if err != nil {
		t.Fatalf("%v", err)
	}
	files := catalogfile.New()
	if err := files.Add("written", text); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if diff := cmp.Diff(part, files.Import, protocmp.Transform()); diff != "" {
		t.Fatalf("written and read again (-want +got):\n%s\n%s", diff, text)
	}
}

func TestWhatIsWrittenIsReadAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { same(t, parts().Draw(t, "part")) })
}

func TestWhatIsWrittenIsLikeWhatIsDocumented(t *testing.T) {
	files, err := read(string(documented(t)))
	if err != nil {
		t.Fatal(err)
	}
	text, err := catalogfile.Write(files.Import)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"  - id: pension-garantizada-universal", "    chileatiende_ids: [102077]",
		"      - name: not_richest", `        expression: household.rsh_tranche <= 90`,
		"        facts: {household.rsh_tranche: 40, person.age: 70}", "    effective_from: 2022-02-01", "    beneficiary: person",
	} {
		if !slices.Contains(strings.Split(string(text), "\n"), line) {
			t.Errorf("the line %q is missing in\n%s", line, text)
		}
	}
}

// The schema that editors use is the one that follows from the contract.
func TestTheSchemaIsTheContracts(t *testing.T) {
	want, err := catalogfile.Schema()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(schema, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(schema)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is not what the contract says (go test -update writes it): %v", schema, err)
	}
	var read struct {
		Properties map[string]struct {
			Items struct {
				Required   []string
				Properties map[string]any
			}
		}
	}
	if err := json.Unmarshal(want, &read); err != nil {
		t.Fatal(err)
	}
	benefit := read.Properties["benefits"].Items
	if wantRequired := []string{"id", "category", "url", "texts", "conditions"}; !slices.Equal(benefit.Required, wantRequired) {
		t.Errorf("required are %v", benefit.Required)
	}
	if len(benefit.Properties) != (&benefitsv1.Benefit{}).ProtoReflect().Descriptor().Fields().Len() {
		t.Errorf("the keys of a benefit are %v", benefit.Properties)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(documented(f))
	for _, fault := range faults {
		if len(fault.text) < 1000 {
			f.Add([]byte(fault.text))
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		files := catalogfile.New()
		if files.Add("a.yaml", text) == nil {
			same(t, files.Import)
		}
	})
}
