package admin

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// shelf is a catalogue that takes everything but benefits without a category, and lists two on a page.
type shelf struct {
	benefitsv1.UnimplementedCatalogueServiceServer
	kept    *benefitsv1.ImportRequest
	entered []*benefitsv1.ImportRequest
	steps   []string
}

func (s *shelf) ListCategories(context.Context, *benefitsv1.ListCategoriesRequest) (*benefitsv1.ListCategoriesResponse, error) {
	return &benefitsv1.ListCategoriesResponse{Categories: s.kept.GetCategories()}, nil
}

func (s *shelf) ListFactDefinitions(context.Context, *benefitsv1.ListFactDefinitionsRequest) (*benefitsv1.ListFactDefinitionsResponse, error) {
	derived := &benefitsv1.FactDefinition{Name: "person.age", Type: benefitsv1.FactType_FACT_TYPE_INT, Derived: true}
	return &benefitsv1.ListFactDefinitionsResponse{Facts: append([]*benefitsv1.FactDefinition{derived}, s.kept.GetFacts()...)}, nil
}

func (s *shelf) ListBenefits(_ context.Context, in *benefitsv1.ListBenefitsRequest) (*benefitsv1.ListBenefitsResponse, error) {
	answer := &benefitsv1.ListBenefitsResponse{}
	for _, b := range s.kept.GetBenefits() {
		if b.GetBenefitId() <= in.GetPageToken() || in.GetState() == benefitsv1.VersionState_VERSION_STATE_RETIRED {
			continue
		}
		if len(answer.GetVersions()) == 2 {
			answer.NextPageToken = answer.GetVersions()[1].GetBenefit().GetBenefitId()
			break
		}
		answer.Versions = append(answer.Versions, versionOf(b))
	}
	return answer, nil
}

func versionOf(b *benefitsv1.Benefit) *benefitsv1.BenefitVersion {
	return &benefitsv1.BenefitVersion{Benefit: b, Version: 3, State: benefitsv1.VersionState_VERSION_STATE_IN_REVIEW, Author: "ana"}
}

func (s *shelf) GetBenefit(_ context.Context, in *benefitsv1.GetBenefitRequest) (*benefitsv1.GetBenefitResponse, error) {
	for _, b := range s.kept.GetBenefits() {
		if b.GetBenefitId() == in.GetBenefitId() {
			return &benefitsv1.GetBenefitResponse{Version: versionOf(b)}, nil
		}
	}
	return nil, status.Error(codes.NotFound, "none")
}

func (s *shelf) ListHistory(_ context.Context, in *benefitsv1.ListHistoryRequest) (*benefitsv1.ListHistoryResponse, error) {
	event := &benefitsv1.CatalogueEvent{
		At: &timestamppb.Timestamp{Seconds: 1_800_000_000}, Actor: "ana", Version: 3, After: benefitsv1.VersionState_VERSION_STATE_IN_REVIEW, Note: "página " + in.GetPageToken(),
	}
	answer := &benefitsv1.ListHistoryResponse{Events: []*benefitsv1.CatalogueEvent{event}}
	if in.GetPageToken() == "" {
		answer.NextPageToken = "2"
	}
	return answer, nil
}

// found are the findings about benefits without a category, as errors, and without examples, as warnings.
func found(benefits []*benefitsv1.Benefit) (all []*benefitsv1.Finding) {
	for i, b := range benefits {
		if b.GetCategory() == "" {
			all = append(all, &benefitsv1.Finding{
				Field: fmt.Sprintf("benefits[%d].category", i), BenefitId: b.GetBenefitId(), Severity: benefitsv1.Severity_SEVERITY_ERROR,
				Rule: "unknown_category", Message: "has none",
			})
		}
		if len(b.GetExamples()) == 0 {
			all = append(all, &benefitsv1.Finding{
				Field: fmt.Sprintf("benefits[%d].examples", i), BenefitId: b.GetBenefitId(), Severity: benefitsv1.Severity_SEVERITY_WARNING,
				Rule: "examples", Message: "too few",
			})
		}
	}
	return all
}

func (s *shelf) Lint(_ context.Context, in *benefitsv1.LintRequest) (*benefitsv1.LintResponse, error) {
	return &benefitsv1.LintResponse{Findings: found(in.GetBenefits())}, nil
}

func (s *shelf) Import(_ context.Context, in *benefitsv1.ImportRequest) (*benefitsv1.ImportResponse, error) {
	answer := &benefitsv1.ImportResponse{Findings: found(in.GetBenefits())}
	for _, f := range answer.GetFindings() {
		if f.GetSeverity() == benefitsv1.Severity_SEVERITY_ERROR {
			wrong := rpcerr.New(errorsv1.Reason_REASON_BENEFIT_INVALID, "the text has errors", rpcerr.Field(f.GetField(), f.GetMessage()))
			return nil, status.FromProto(rpcerr.Public(wrong).Proto()).Err()
		}
	}
	for _, b := range in.GetBenefits() {
		answer.Drafts = append(answer.Drafts, versionOf(b))
	}
	s.entered = append(s.entered, in)
	return answer, nil
}

func (s *shelf) step(name, benefit string, version int32, note string) {
	s.steps = append(s.steps, fmt.Sprint(name, " ", benefit, " ", version, " ", note))
}

func (s *shelf) Submit(_ context.Context, in *benefitsv1.SubmitRequest) (*benefitsv1.SubmitResponse, error) {
	s.step("submit", in.GetBenefitId(), in.GetVersion(), in.GetNote())
	return &benefitsv1.SubmitResponse{Version: versionOf(s.kept.GetBenefits()[0])}, nil
}

func (s *shelf) Return(_ context.Context, in *benefitsv1.ReturnRequest) (*benefitsv1.ReturnResponse, error) {
	s.step("return", in.GetBenefitId(), in.GetVersion(), in.GetNote())
	return &benefitsv1.ReturnResponse{Version: versionOf(s.kept.GetBenefits()[0])}, nil
}

func (s *shelf) Publish(_ context.Context, in *benefitsv1.PublishRequest) (*benefitsv1.PublishResponse, error) {
	s.step("publish", in.GetBenefitId(), in.GetVersion(), in.GetNote())
	return &benefitsv1.PublishResponse{Version: versionOf(s.kept.GetBenefits()[0])}, nil
}

func (s *shelf) Retire(_ context.Context, in *benefitsv1.RetireRequest) (*benefitsv1.RetireResponse, error) {
	s.step("retire", in.GetBenefitId(), in.GetVersion(), in.GetNote())
	return &benefitsv1.RetireResponse{Version: versionOf(s.kept.GetBenefits()[0])}, nil
}

// editing is where an operator keeps the catalogue.
type editing struct {
	*testing.T
	*shelf
	conn   *grpc.ClientConn
	folder string
	out    bytes.Buffer
	notes  bytes.Buffer
}

func newEditing(t *testing.T, files map[string]string) *editing {
	t.Helper()
	e := &editing{T: t, folder: t.TempDir(), shelf: &shelf{kept: &benefitsv1.ImportRequest{
		Categories: []*benefitsv1.Category{{CategoryId: "salud", Labels: map[string]string{"es": "Salud"}}},
		Facts:      []*benefitsv1.FactDefinition{{Name: "person.x", Type: benefitsv1.FactType_FACT_TYPE_BOOL, Labels: map[string]string{"es": "equis"}}},
		Benefits:   []*benefitsv1.Benefit{named("a"), named("b"), named("c")},
	}}}
	for name, text := range files {
		path := filepath.Join(e.folder, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	listener := bufconn.Listen(1 << 16)
	server := grpc.NewServer()
	benefitsv1.RegisterCatalogueServiceServer(server, e.shelf)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	conn, err := grpc.NewClient("passthrough:///benefits", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = conn.Close()
		server.Stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	e.conn = conn
	return e
}

func named(id string) *benefitsv1.Benefit {
	return &benefitsv1.Benefit{
		BenefitId: id, Category: "salud", Beneficiary: benefitsv1.Beneficiary_BENEFICIARY_PERSON,
		Texts: map[string]*benefitsv1.BenefitText{"es": {Title: "Título de " + id}},
	}
}

func (e *editing) service() benefitsv1.CatalogueServiceClient {
	return benefitsv1.NewCatalogueServiceClient(e.conn)
}

func (e *editing) output(asJSON bool) Output {
	e.out.Reset()
	return Output{Writer: &e.out, JSON: asJSON}
}

func (e *editing) files(names ...string) CatalogFiles {
	c := CatalogFiles{}
	for _, name := range names {
		c.Files = append(c.Files, filepath.Join(e.folder, name))
	}
	return c
}

const (
	fileOfA = "benefits:\n  - id: a\n    category: salud\n    texts:\n      es: {title: Título de a}\n"
	fileOfX = "benefits:\n  - id: x\n    texts:\n      es: {title: Nuevo}\n"
)

func TestFilesAndFoldersAreReadInOrder(t *testing.T) {
	e := newEditing(t, map[string]string{
		"b/2.yaml": fileOfA, "b/1.yml": fileOfX, "b/c/3.YAML": "benefits: [{id: y}]", "b/notes.txt": "no YAML: [", "z.yaml": "benefits: [{id: z}]",
	})
	files, err := e.files("z.yaml", "b").read(Input{})
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, b := range files.Import.GetBenefits() {
		ids = append(ids, b.GetBenefitId())
	}
	if !slices.Equal(ids, []string{"z", "x", "a", "y"}) {
		t.Errorf("read %v", ids)
	}
	if got := at(files, "benefits[2].texts.title"); got != filepath.Join(e.folder, "b/2.yaml")+":5: benefits[2].texts.title" {
		t.Errorf("a field is at %q", got)
	}
	files, err = CatalogFiles{[]string{"-"}}.read(Input{strings.NewReader(fileOfA)})
	if err != nil || len(files.Import.GetBenefits()) != 1 {
		t.Errorf("from standard input: %v, %v", files, err)
	}
}

func TestFilesThatCannotBeReadAreWrongUsage(t *testing.T) {
	large := "benefits:\n  - id: a\n    note: " + strings.Repeat("x", 900<<10) + "\n"
	e := newEditing(t, map[string]string{"bad.yaml": "benefits: [{di: a}]", "worse.yaml": "[", "empty/x.txt": "", "one.yaml": large, "two.yaml": large})
	for name, c := range map[string]struct {
		files CatalogFiles
		says  []string
	}{
		"no file":   {e.files("none.yaml"), []string{"none.yaml: no such file"}},
		"no YAML":   {e.files("empty"), []string{"holds no file"}},
		"all told":  {e.files("bad.yaml", "worse.yaml"), []string{`bad.yaml:1:13: benefits[0]: there is no key "di"`, "worse.yaml:1: is not YAML", "docs/catalogue.md"}},
		"too large": {e.files("one.yaml", "two.yaml"), []string{"a call takes 1024"}},
	} {
		_, err := c.files.read(Input{})
		if !errors.Is(err, ErrUsage) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, says := range c.says {
			if !strings.Contains(err.Error(), says) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if _, err := parse[LintCatalog](t); err == nil {
		t.Error("no file was not refused")
	}
}

func TestLintTellsPlaces(t *testing.T) {
	e := newEditing(t, map[string]string{"a.yaml": fileOfA, "x.yaml": fileOfX})
	lint := LintCatalog{CatalogFiles: e.files("a.yaml")}
	if err := lint.run(t.Context(), e.service(), Input{}, e.output(false), &e.notes); err != nil || !strings.Contains(e.notes.String(), "No error") {
		t.Errorf("warnings fail: %v, %s", err, &e.notes)
	}
	lint.Strict = true
	if err := lint.run(t.Context(), e.service(), Input{}, e.output(false), &e.notes); err == nil || !strings.Contains(err.Error(), "0 errors and 1 warnings") {
		t.Errorf("strictly: %v", err)
	}
	lint = LintCatalog{CatalogFiles: e.files("a.yaml", "x.yaml")}
	if err := lint.run(t.Context(), e.service(), Input{}, e.output(false), &e.notes); err == nil || errors.Is(err, ErrUsage) {
		t.Errorf("with errors: %v", err)
	}
	if want := filepath.Join(e.folder, "x.yaml") + ":2\terror\tunknown_category\tbenefits[1].category\thas none\n"; !strings.Contains(e.out.String(), want) {
		t.Errorf("told\n%s", &e.out)
	}
	if err := lint.run(t.Context(), e.service(), Input{}, e.output(true), &e.notes); err == nil {
		t.Error("no error with JSON")
	}
	var told struct{ Findings []finding }
	if err := json.Unmarshal(e.out.Bytes(), &told); err != nil || len(told.Findings) != 3 || told.Findings[1].Line != 2 || told.Findings[1].Benefit != "x" {
		t.Errorf("told %v, %v", told, err)
	}
}

func TestAnImportSaysWhatIsNext(t *testing.T) {
	e := newEditing(t, map[string]string{"a.yaml": fileOfA, "x.yaml": fileOfX})
	if err := (ImportCatalog{e.files("a.yaml")}).run(t.Context(), e.service(), Input{}, e.output(false), &e.notes); err != nil {
		t.Fatal(err)
	}
	if e.out.String() != "a\t3\tTítulo de a\n" || !strings.Contains(e.notes.String(), "ventanilla admin catalog submit a 3") ||
		!strings.Contains(e.notes.String(), "warning: "+filepath.Join(e.folder, "a.yaml")+":2: benefits[0].examples: too few") {
		t.Errorf("told\n%s\n%s", &e.out, &e.notes)
	}
	err := (ImportCatalog{e.files("a.yaml", "x.yaml")}).run(t.Context(), e.service(), Input{}, e.output(false), &e.notes)
	if fields := rpcerr.Fields(err); status.Code(err) != codes.InvalidArgument || rpcerr.Reason(err) != errorsv1.Reason_REASON_BENEFIT_INVALID ||
		len(fields) != 1 || fields[0].Field != filepath.Join(e.folder, "x.yaml")+":2: benefits[1].category" {
		t.Errorf("failed with %v, %v", err, fields)
	}
	if len(e.entered) != 1 {
		t.Errorf("%d imports", len(e.entered))
	}
}

// What is exported is what is kept, in one file or in a folder.
func TestWhatIsExportedDoesNotDiffer(t *testing.T) {
	e := newEditing(t, nil)
	if err := (ExportCatalog{}).run(t.Context(), e.service(), e.output(false), &e.notes); err != nil {
		t.Fatal(err)
	}
	whole := e.out.String()
	files, err := CatalogFiles{[]string{"-"}}.read(Input{strings.NewReader(whole)})
	if err != nil || !proto.Equal(files.Import, e.kept) {
		t.Errorf("exported, %v:\n%s", err, whole)
	}
	folder := filepath.Join(e.folder, "new/catalogue")
	if err := (ExportCatalog{Folder: folder}).run(t.Context(), e.service(), e.output(false), &e.notes); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 4 || entries[0].Name() != "_vocabulary.yaml" {
		t.Errorf("the folder has %v, %v", entries, err)
	}
	same := DiffCatalog{CatalogFiles: CatalogFiles{[]string{folder}}, All: true}
	if err := same.Run(t.Context(), e.conn, Input{}, e.output(false)); err != nil || e.out.Len() > 0 {
		t.Errorf("%v\n%s", err, &e.out)
	}
	if err := (ExportCatalog{}).run(t.Context(), e.service(), e.output(true), &e.notes); err != nil || !strings.Contains(e.out.String(), `"benefit_id": "c"`) {
		t.Errorf("as JSON, %v:\n%s", err, &e.out)
	}
}

func TestADiffIsWhatAnImportWouldChange(t *testing.T) {
	e := newEditing(t, map[string]string{"a.yaml": strings.ReplaceAll(fileOfA, "de a", "nuevo"), "x.yaml": fileOfX, "same.yaml": fileOfA})
	if err := (DiffCatalog{CatalogFiles: e.files("same.yaml")}).Run(t.Context(), e.conn, Input{}, e.output(false)); err != nil || e.out.Len() > 0 {
		t.Errorf("without a difference: %v\n%s", err, &e.out)
	}
	err := (DiffCatalog{CatalogFiles: e.files("a.yaml", "x.yaml")}).Run(t.Context(), e.conn, Input{}, e.output(false))
	if err == nil || !strings.Contains(err.Error(), "in 2 places") {
		t.Errorf("with differences: %v", err)
	}
	want := `--- catalogue/benefits/a
+++ files/benefits/a
@@ -3,5 +3,5 @@
     category: salud
     texts:
       es:
-        title: Título de a
+        title: Título nuevo
     beneficiary: person
--- /dev/null
+++ files/benefits/x
@@ -0,0 +1,6 @@
+benefits:
+  - id: x
+    texts:
+      es:
+        title: Nuevo
+    beneficiary: person
`
	if e.out.String() != want {
		t.Errorf("told\n%s", &e.out)
	}
	all := DiffCatalog{CatalogFiles: e.files("a.yaml", "x.yaml"), All: true}
	if err := all.Run(t.Context(), e.conn, Input{}, e.output(true)); err == nil {
		t.Error("no difference with JSON")
	}
	var told struct{ Differences []difference }
	if err := json.Unmarshal(e.out.Bytes(), &told); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range told.Differences {
		got = append(got, d.Item+" "+d.Kind)
	}
	if want := []string{"benefits/a changed", "benefits/b missing", "benefits/c missing", "benefits/x new", "categories/salud missing", "facts/person.x missing"}; !slices.Equal(got, want) {
		t.Errorf("different are %v", got)
	}
}

func TestBenefitsAreShown(t *testing.T) {
	e := newEditing(t, nil)
	shown := func(run func(out Output) error, want string) {
		t.Helper()
		if err := run(e.output(false)); err != nil || e.out.String() != want {
			t.Errorf("%v\n%s\nwant\n%s", err, &e.out, want)
		}
	}
	shown(func(out Output) error { return ListBenefits{}.Run(t.Context(), e.conn, out) },
		"a\t3\tin-review\tsalud\tTítulo de a\nb\t3\tin-review\tsalud\tTítulo de b\nc\t3\tin-review\tsalud\tTítulo de c\n")
	shown(func(out Output) error {
		return ListBenefits{CatalogFilter{State: "retired"}}.Run(t.Context(), e.conn, out)
	}, "")
	shown(func(out Output) error { return ListDefinitions{}.Run(t.Context(), e.conn, out) },
		"person.age\tint\tderived\t\t\nperson.x\tbool\tidentity\t\tequis\n")
	shown(func(out Output) error { return ListCategories{}.Run(t.Context(), e.conn, out) }, "salud\tSalud\n")
	shown(func(out Output) error { return BenefitHistory{Benefit: "a"}.Run(t.Context(), e.conn, out) },
		"2027-01-15T08:00:00Z\tana\t3\tin-review\tpágina \n2027-01-15T08:00:00Z\tana\t3\tin-review\tpágina 2\n")
	if err := (ShowBenefit{Benefit: "b"}).Run(t.Context(), e.conn, e.output(false)); err != nil ||
		!strings.HasPrefix(e.out.String(), "# version 3: in-review\n") {
		t.Errorf("%v\n%s", err, &e.out)
	}
	files, err := CatalogFiles{[]string{"-"}}.read(Input{&e.out}) // what is shown can be imported
	if err != nil || !proto.Equal(files.Import.GetBenefits()[0], named("b")) {
		t.Errorf("%v, %v", files, err)
	}
	if err := (CatalogSchema{}).Run(e.output(false)); err != nil || !json.Valid(e.out.Bytes()) {
		t.Errorf("the schema is %v\n%s", err, &e.out)
	}
}

func TestStepsOfALife(t *testing.T) {
	e := newEditing(t, nil)
	submit, err := parse[SubmitVersion](t, "a", "3")
	if err != nil {
		t.Fatal(err)
	}
	back, err := parse[ReturnVersion](t, "a", "3", "--note=falta la cita")
	if err != nil {
		t.Fatal(err)
	}
	publish, err := parse[PublishVersion](t, "a", "3", "--note=revisada")
	if err != nil {
		t.Fatal(err)
	}
	retire, err := parse[RetireVersion](t, "a", "3", "--note=derogada")
	if err != nil {
		t.Fatal(err)
	}
	for _, run := range []func(context.Context, *grpc.ClientConn, Output) error{submit.Run, back.Run, publish.Run, retire.Run} {
		if err := run(t.Context(), e.conn, e.output(false)); err != nil || e.out.String() != "benefit  a\nversion  3\nstate    in-review\n" {
			t.Errorf("%v\n%s", err, &e.out)
		}
	}
	if want := []string{"submit a 3 ", "return a 3 falta la cita", "publish a 3 revisada", "retire a 3 derogada"}; !slices.Equal(e.steps, want) {
		t.Errorf("asked for %v", e.steps)
	}
	for _, args := range [][]string{{"a"}, {"a", "x"}, {"a", "3"}} {
		if _, err := parse[RetireVersion](t, args...); err == nil {
			t.Errorf("%v was not refused", args)
		}
	}
}
