package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// drilledRows are in each file of the drill, sent so many at once.
const (
	drilledRows  = 2000
	drilledBatch = 40
)

// TestDrillImport kills a platform, and in some rounds the importing command too, at random moments of imports of persons:
// in the end each good row is there once and whole, each bad one is told once, and the log says the same.
func TestDrillImport(t *testing.T) {
	onEngines(t, func(t *testing.T, m *mortal, random *rand.Rand) {
		all := map[string]bool{}
		for round := range rounds(5, 50) {
			f := newImportFile(t, random, round)
			report := f.importAmidDeaths(t, m, random, round%2 == 1)
			f.complete(t, m, report)
			for key := range f.good {
				all[key] = true
			}
		}
		m.dies(t)
		wholePersons(t, m, all)
	})
}

// importFile is a file of invented persons.
type importFile struct {
	path string
	good map[string]bool // unique keys
	bad  []int64         // lines
	// faulty is how many of the bad lines are no rows.
	faulty int64
}

func newImportFile(t *testing.T, random *rand.Rand, round int) importFile {
	t.Helper()
	f := importFile{path: filepath.Join(t.TempDir(), "persons.csv"), good: map[string]bool{}}
	var text bytes.Buffer
	text.WriteString("unique_key,given_names,first_surname,birth_date,rut,dni,email,photo_accepted\n")
	for i := range drilledRows {
		line, number := int64(i+2), round*drilledRows+i
		key := fmt.Sprintf("drill-%d", number)
		row := []string{
			key, "INVENTADA", "PRUEBA", "1990-01-02", rut(1_000_000 + number), strconv.Itoa(10_000_000 + number), key + "@example.org", "true",
		}
		if i == 0 || random.IntN(40) > 0 { // the first has the RUT that others take
			f.good[key] = true
		} else {
			f.bad = append(f.bad, line)
			switch random.IntN(5) {
			case 0:
				row[4] = strings.Replace(row[4], "-", "0-", 1) + "0"
			case 1:
				row[4] = rut(1_000_000 + round*drilledRows)
			case 2:
				row[1] = ""
			case 3:
				row[7] = "perhaps"
			case 4:
				row = append(row, "too many")
				f.faulty++
			}
		}
		text.WriteString(strings.Join(row, ",") + "\n")
	}
	writeFile(t, f.path, text.String())
	return f
}

// rut gives a number its check digit.
func rut(number int) string {
	sum, weight := 0, 2
	for n := number; n > 0; n /= 10 {
		sum += n % 10 * weight
		if weight++; weight == 8 {
			weight = 2
		}
	}
	return fmt.Sprintf("%d-%c", number, "0K987654321"[sum%11])
}

// importReport is what the command says at its end.
type importReport struct {
	ID        string `json:"import_id"`
	Rows      int64  `json:"rows"`
	Stored    int64  `json:"stored"`
	Unchanged int64  `json:"unchanged"`
	Rejected  int64  `json:"rejected"`
}

// importAmidDeaths imports the file while the platform is killed, and then lets the import come to its end.
func (f importFile) importAmidDeaths(t *testing.T, m *mortal, random *rand.Rand, mortalCommand bool) importReport {
	t.Helper()
	args := append([]string{"admin", "--json"}, m.owner.flags...)
	args = append(args, "import", "persons", f.path, "--batch", strconv.Itoa(drilledBatch))
	run := func() *process { return start(t, t, binary, "import", args...) }
	command := run()
	for range 1 + random.IntN(2) {
		pause(t.Context(), soon(random))
		if mortalCommand {
			command.kill()
			pause(t.Context(), soon(random)/4)
			m.dies(t)
			command = run()
			continue
		}
		m.dies(t)
	}
	if code := command.exitCode(t); code != exitFailed {
		t.Fatalf("exit code %d of an import with bad rows: %s", code, command.output.tail())
	}
	// What was done is told once more; nothing is done again.
	out, err := runCommand(t, binary, args...)
	if exitCodeOf(err) != exitFailed {
		t.Fatalf("the import once more: %v", err)
	}
	var report importReport
	if err := json.Unmarshal([]byte(out), &report); err != nil {
		t.Fatalf("no JSON: %q", out)
	}
	return report
}

// complete compares what the command, the reject file and the log say with the file.
func (f importFile) complete(t *testing.T, m *mortal, said importReport) {
	t.Helper()
	if want := (importReport{said.ID, drilledRows, int64(len(f.good)), 0, int64(len(f.bad))}); said != want {
		t.Errorf("the import says %+v, want %+v", said, want)
	}
	var told []int64
	for line := range bytes.Lines(readFile(t, f.path+".rejects.ndjson")) {
		var reject struct {
			Line int64 `json:"line"`
		}
		if err := json.Unmarshal(line, &reject); err != nil {
			t.Errorf("a broken line in the reject file: %q", line)
		}
		told = append(told, reject.Line)
	}
	if !slices.Equal(told, f.bad) {
		t.Errorf("%d rejects told, want %d, each once and in order", len(told), len(f.bad))
	}
	stored, rejected, next := int64(0), int64(0), int64(1)
	for _, e := range slices.Backward(accesses(t, m, "import:"+said.ID)) {
		var entry struct {
			Detail struct{ Lines, Stored, Unchanged, Rejected string }
		}
		if err := json.Unmarshal([]byte(e.GetText()), &entry); err != nil || e.GetAct() != "ImportRows" {
			t.Fatalf("an entry about the import: %v, %v", e, err)
		}
		var first, last, good, same, bad int64
		in := fmt.Sprintf("%s %s %s %s", entry.Detail.Lines, entry.Detail.Stored, entry.Detail.Unchanged, entry.Detail.Rejected)
		if _, err := fmt.Sscanf(in, "%d-%d %d %d %d", &first, &last, &good, &same, &bad); err != nil || first != next || same != 0 {
			t.Errorf("an entry says %q, want lines from %d: %v", in, next, err)
		}
		stored, rejected, next = stored+good, rejected+bad, last+1
	}
	if stored != int64(len(f.good)) || rejected != int64(len(f.bad))-f.faulty || next != drilledRows+2 {
		t.Errorf("by the log %d are stored and %d rejected up to line %d; by the file %d and %d",
			stored, rejected, next-1, len(f.good), int64(len(f.bad))-f.faulty)
	}
}

// accesses are all entries about a target, newest first.
func accesses(t *testing.T, m *mortal, target string) []*identityv1.AccessEntry {
	t.Helper()
	log := identityv1.NewAccessLogServiceClient(m.dial(t))
	var all []*identityv1.AccessEntry
	for token := ""; ; {
		page, err := log.ListAccesses(t.Context(), &identityv1.ListAccessesRequest{Target: target, PageSize: 500, PageToken: token})
		if err != nil {
			t.Fatalf("listing accesses: %v", err)
		}
		all = append(all, page.GetEntries()...)
		if token = page.GetNextPageToken(); token == "" {
			return all
		}
	}
}

// wholePersons wants each of the keys once, with all that its row had, and no other of the drill.
func wholePersons(t *testing.T, m *mortal, keys map[string]bool) {
	t.Helper()
	persons := identityv1.NewPersonServiceClient(m.dial(t))
	seen := map[string]bool{}
	for token := ""; ; {
		page, err := persons.ListPersons(t.Context(), &identityv1.ListPersonsRequest{
			PageSize: 500, PageToken: token, Access: &identityv1.Access{Purpose: "drill"},
		})
		if err != nil {
			t.Fatalf("listing persons: %v", err)
		}
		for _, one := range page.GetPersons() {
			key := one.GetUniqueKey()
			switch {
			case !strings.HasPrefix(key, "drill-"):
			case !keys[key] || seen[key]:
				t.Errorf("%s is there, though its row is bad or it is there already", key)
			case len(one.GetIdentifiers()) != 2 || len(one.GetContacts()) != 1 || one.GetBirthDate() == "" || one.GetVersion() != 1:
				t.Errorf("%s is half there: %v", key, one)
			}
			seen[key] = true
		}
		if token = page.GetNextPageToken(); token == "" {
			break
		}
	}
	for key := range keys {
		if !seen[key] {
			t.Errorf("%s is missing", key)
		}
	}
	t.Logf("%d persons", len(keys))
}
