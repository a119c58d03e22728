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
	"sync"
	"testing"

	"github.com/cenkalti/backoff/v5"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// imports is an import service that keeps its promise and rejects rows that say "bad".
type imports struct {
	identityv1.UnimplementedImportServiceServer
	mu       sync.Mutex
	progress map[string]*identityv1.ImportProgress
	rejects  map[string][]*identityv1.ImportReject
	lines    []int64
	batches  []*identityv1.ImportRowsRequest
	// fail is asked before and after a batch is stored.
	fail func(batch int, stored bool) error
}

func (s *imports) GetImport(_ context.Context, req *identityv1.GetImportRequest) (*identityv1.GetImportResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &identityv1.GetImportResponse{Progress: s.progress[req.GetImportId()], Rejects: s.rejects[req.GetImportId()]}, nil
}

func (s *imports) ImportRows(_ context.Context, req *identityv1.ImportRowsRequest) (*identityv1.ImportRowsResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.batches = append(s.batches, req)
	if err := s.fail(len(s.batches), false); err != nil {
		return nil, err
	}
	at := s.progress[req.GetImportId()]
	if at == nil {
		at = &identityv1.ImportProgress{}
		s.progress[req.GetImportId()] = at
	}
	if req.GetFirstLine() != at.GetNextLine() && at.GetNextLine() != req.GetNextLine() {
		return nil, status.Error(codes.FailedPrecondition, "a gap")
	}
	if at.GetNextLine() < req.GetNextLine() {
		s.store(req, at)
	}
	if err := s.fail(len(s.batches), true); err != nil {
		return nil, err
	}
	return &identityv1.ImportRowsResponse{Progress: at, Rejects: s.rejects[req.GetImportId()]}, nil
}

func (s *imports) store(req *identityv1.ImportRowsRequest, at *identityv1.ImportProgress) {
	s.rejects[req.GetImportId()] = nil
	for _, row := range req.GetRows() {
		s.lines = append(s.lines, row.GetLine())
		if bytes.Contains(row.GetMembers(), []byte("bad")) {
			s.rejects[req.GetImportId()] = append(s.rejects[req.GetImportId()],
				&identityv1.ImportReject{Line: row.GetLine(), Field: "unique_key", Reason: "is wrong"})
			at.Rejected++
		} else {
			at.Stored++
		}
	}
	at.NextLine = req.GetNextLine()
}

// desk is where an operator imports a file.
type desk struct {
	*testing.T
	service *imports
	client  identityv1.ImportServiceClient
	file    string
	out     bytes.Buffer
	notes   bytes.Buffer
}

func newDesk(t *testing.T, name, text string) *desk {
	d := &desk{T: t, file: filepath.Join(t.TempDir(), name), service: &imports{
		progress: map[string]*identityv1.ImportProgress{}, rejects: map[string][]*identityv1.ImportReject{},
		fail: func(int, bool) error { return nil },
	}}
	listener := bufconn.Listen(1 << 20)
	server := grpc.NewServer()
	identityv1.RegisterImportServiceServer(server, d.service)
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(listener) })
	t.Cleanup(func() { server.Stop(); serving.Wait() })
	conn, err := grpc.NewClient("passthrough:import", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	d.client = identityv1.NewImportServiceClient(conn)
	d.write(d.file, text)
	return d
}

func (d *desk) write(path, text string) {
	d.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		d.Fatal(err)
	}
}

// run imports the file, with two rows in a batch.
func (d *desk) run(ctx context.Context, asJSON bool) error {
	d.out.Reset()
	d.notes.Reset()
	c := Import{Kind: "persons", File: d.file, DataSet: "staging", Batch: 2}
	return c.run(ctx, d.client, Output{Writer: &d.out, JSON: asJSON}, &d.notes, &backoff.ZeroBackOff{})
}

func (d *desk) rejected() string {
	d.Helper()
	text, err := os.ReadFile(d.file + ".rejects.ndjson")
	if err != nil {
		d.Fatal(err)
	}
	return string(text)
}

const mixed = "unique_key\n1\nbad\n3\n4,x\n5\nbad\n\n7\nbad\n"

const mixedRejects = `{"line":3,"field":"unique_key","reason":"is wrong"}
{"line":5,"field":"","reason":"has not as many cells as there are columns"}
{"line":7,"field":"unique_key","reason":"is wrong"}
{"line":10,"field":"unique_key","reason":"is wrong"}
`

var mixedLines = []int64{2, 3, 4, 6, 7, 9, 10}

func TestAFileIsImported(t *testing.T) {
	d := newDesk(t, "people.csv", "unique_key,given_names\n1,ANA\n2,EVA\n3,\n")
	if err := d.run(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	var got imported
	if err := json.Unmarshal(d.out.Bytes(), &got); err != nil || got.Rows != 3 || got.Stored != 3 || got.RejectFile != "" || len(got.ImportID) != 64 {
		t.Errorf("got %s, %v", d.out.String(), err)
	}
	first := d.service.batches[0]
	if first.GetKind() != identityv1.ImportKind_IMPORT_KIND_PERSONS || first.GetDataSet() != authv1.DataSet_DATA_SET_STAGING ||
		first.GetFirstLine() != 0 || first.GetNextLine() != 4 || string(first.GetRows()[1].GetMembers()) != `{"unique_key":"2","given_names":"EVA"}` {
		t.Errorf("sent %v", first)
	}
	if _, err := os.Stat(d.file + ".rejects.ndjson"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a reject file without rejects: %v", err)
	}
	if err := d.run(t.Context(), false); err != nil || len(d.service.batches) != 2 || !strings.Contains(d.out.String(), "stored     3\n") {
		t.Errorf("again: %v, %d batches, %q", err, len(d.service.batches), d.out.String())
	}
}

func TestRejectsAreTold(t *testing.T) {
	d := newDesk(t, "people.csv", mixed)
	err := d.run(t.Context(), false)
	if err == nil || !strings.Contains(err.Error(), "4 of 8 rows were rejected: "+d.file+".rejects.ndjson") {
		t.Errorf("got %v", err)
	}
	if got := d.rejected(); got != mixedRejects {
		t.Errorf("told\n%s", got)
	}
	if !strings.Contains(d.notes.String(), "people.csv: 100 %, 1 rows stored, 0 unchanged, 1 rejected\n") {
		t.Errorf("noted %q", d.notes.String())
	}
}

// Wherever an import is interrupted, the same command completes it, and the reject file is as if it had not been.
func TestAnImportIsResumed(t *testing.T) {
	away := status.Error(codes.Internal, "broken")
	for batch := range 5 {
		for _, stored := range []bool{false, true} {
			d := newDesk(t, "people.csv", mixed)
			d.service.fail = func(number int, after bool) error {
				if number == batch && after == stored {
					return away
				}
				return nil
			}
			for range 2 {
				if err := d.run(t.Context(), false); err == nil || !strings.Contains(err.Error(), "rejected") && status.Code(err) != codes.Internal {
					t.Errorf("batch %d: %v", batch, err)
				}
			}
			if got := d.rejected(); got != mixedRejects || !slices.Equal(d.service.lines, mixedLines) {
				t.Errorf("interrupted at batch %d, stored %v: told\n%s, lines %v", batch, stored, got, d.service.lines)
			}
		}
	}
}

// A platform that is away is tried again; an answer that was lost costs nothing.
func TestAnImportOutlastsAnOutage(t *testing.T) {
	d := newDesk(t, "people.csv", mixed)
	d.service.fail = func(number int, stored bool) error {
		if number%2 == 1 && stored == (number%4 == 1) {
			return status.Error(codes.Unavailable, "away")
		}
		return nil
	}
	if err := d.run(t.Context(), false); err == nil || d.rejected() != mixedRejects || !slices.Equal(d.service.lines, mixedLines) {
		t.Errorf("%v, told\n%s, lines %v", err, d.rejected(), d.service.lines)
	}
	if !strings.Contains(d.notes.String(), "trying again") {
		t.Errorf("noted %q", d.notes.String())
	}
}

func TestAnInterruptedImportSaysHowToGoOn(t *testing.T) {
	d := newDesk(t, "people.csv", mixed)
	ctx, cancel := context.WithCancel(t.Context())
	d.service.fail = func(number int, _ bool) error {
		if number == 2 {
			cancel()
			return status.Error(codes.Unavailable, "away")
		}
		return nil
	}
	err := d.run(ctx, false)
	if err == nil || !strings.Contains(err.Error(), "the same command goes on") || !strings.Contains(d.notes.String(), "Stored up to before line 4.") {
		t.Errorf("%v, noted %q", err, d.notes.String())
	}
	if err := d.run(t.Context(), false); err == nil || d.rejected() != mixedRejects || !strings.Contains(d.notes.String(), "Going on at line 4.") {
		t.Errorf("%v, told\n%s", err, d.rejected())
	}
}

func TestBatchesFitMessages(t *testing.T) {
	var text strings.Builder
	for i := range 20 {
		fmt.Fprintf(&text, "{\"unique_key\":\"%d\",\"attributes\":%q}\n", i, strings.Repeat("x", 60<<10))
	}
	d := newDesk(t, "people.ndjson", text.String())
	c := Import{Kind: "persons", File: d.file, DataSet: "production", Batch: 1000}
	if err := c.run(t.Context(), d.client, Output{Writer: &d.out}, &d.notes, &backoff.ZeroBackOff{}); err != nil {
		t.Fatal(err)
	}
	if len(d.service.lines) != 20 || len(d.service.batches) != 3 {
		t.Errorf("%d rows in %d batches", len(d.service.lines), len(d.service.batches))
	}
}

func TestWhatIsNoImport(t *testing.T) {
	d := newDesk(t, "people.txt", "unique_key\n1\n")
	if err := d.run(t.Context(), false); !errors.Is(err, ErrUsage) || !strings.Contains(err.Error(), "--format") {
		t.Errorf("no format: %v", err)
	}
	d.file = filepath.Join(t.TempDir(), "missing.csv")
	if err := d.run(t.Context(), false); !errors.Is(err, ErrUsage) {
		t.Errorf("no file: %v", err)
	}
	d.file = t.TempDir()
	if err := d.run(t.Context(), false); !errors.Is(err, ErrUsage) {
		t.Errorf("a folder: %v", err)
	}
	d = newDesk(t, "people.csv", "unique_key\n1\n")
	d.write(d.file+".rejects.ndjson", "dear diary\n")
	if err := d.run(t.Context(), false); !errors.Is(err, ErrUsage) || len(d.service.batches) > 0 || d.rejected() != "dear diary\n" {
		t.Errorf("another file would be written over: %v", err)
	}
	for _, batch := range []int{0, 1001} {
		if (Import{Batch: batch}).Validate() == nil {
			t.Errorf("--batch %d", batch)
		}
	}
}

// The rejects of the file's earlier version go when it is imported anew; a line that was cut off goes too.
func TestTheRejectFileOfAnEarlierImport(t *testing.T) {
	d := newDesk(t, "people.csv", mixed)
	d.write(d.file+".rejects.ndjson", `{"line":99,"field":"x","reason":"old"}`+"\n"+`{"line":100,"fi`)
	if err := d.run(t.Context(), false); err == nil || d.rejected() != mixedRejects {
		t.Errorf("%v, told\n%s", err, d.rejected())
	}
	d.write(d.file+".rejects.ndjson", mixedRejects[:60])
	if err := d.run(t.Context(), false); err == nil || !strings.Contains(d.notes.String(), "does not have 1 of the rejected rows") {
		t.Errorf("%v, told\n%s, noted %s", err, d.rejected(), d.notes.String())
	}
}
