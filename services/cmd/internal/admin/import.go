package admin

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"
	"google.golang.org/grpc"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/cmd/internal/rowfile"
)

// Import stores the rows of a file. How it may be read is in docs/import.md.
type Import struct {
	Kind       string `arg:"" help:"What the rows are: ${enum}." enum:"persons,households,facts,memberships"`
	File       string `arg:"" help:"A CSV file whose first line names the columns, or one of JSON lines; UTF-8." type:"path"`
	DataSet    string `help:"Into which data set: ${enum}." enum:"production,staging" default:"production"`
	Format     string `help:"csv or ndjson, where the file's name does not end so." enum:",csv,ndjson" default:"" placeholder:"FORMAT"`
	RejectFile string `help:"Where rows that were not stored are told, as JSON lines: line, field, reason. By default the file's name with .rejects.ndjson." placeholder:"FILE" type:"path"`
	Batch      int    `help:"How many rows are sent at once (1 to 1000)." default:"500"`
}

// Help is shown below the usage.
func (Import) Help() string {
	return `The columns, or the members of the JSON objects, are those of docs/import.md; persons are known by unique_key.

  unique_key,given_names,first_surname,email,curp
  A-1001,ANA,PEREZ,ana@example.org,

Rows that are stored already are left alone, so that a file may be imported again. One that was interrupted goes on
where it stopped, with the same command. Rows that are wrong are left out and told in the reject file: mend them there
and import them as a file of their own.

Exit codes: 0 every row is stored, 1 some were rejected, 2 wrong usage, 5 the platform is away.`
}

// Validate is called when the command line was read.
func (c Import) Validate() error {
	if c.Batch < 1 || c.Batch > 1000 {
		return errors.New("--batch must be between 1 and 1000")
	}
	return nil
}

// Run does it.
func (c Import) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	return c.run(ctx, identityv1.NewImportServiceClient(conn), out, os.Stderr, &backoff.ExponentialBackOff{
		InitialInterval: 200 * time.Millisecond, RandomizationFactor: 0.5, Multiplier: 2, MaxInterval: 10 * time.Second,
	})
}

// run tells notes how far it is; pauses are those after failed calls.
func (c Import) run(ctx context.Context, service identityv1.ImportServiceClient, out Output, notes io.Writer, pauses backoff.BackOff) error {
	format, err := c.format()
	if err != nil {
		return err
	}
	file, size, err := openRegular(c.File)
	if err != nil {
		return err
	}
	defer file.Close()
	meter := newMeter(notes, filepath.Base(c.File), size)
	defer meter.end()
	id, err := c.digest(ctx, meter.reading("reading", file))
	if err != nil {
		return err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("reading %s: %w", c.File, err)
	}
	job := &importing{
		service: service, id: id, kind: importKind(c.Kind), set: importDataSet(c.DataSet), batch: c.Batch,
		pauses: pauses, meter: meter,
	}
	again := sha256.New()
	begin(again, c.Kind, c.DataSet)
	rows := readers[format](io.TeeReader(meter.reading("importing", file), again), importColumns[c.Kind])
	path := c.rejectFile()
	if err := job.run(ctx, rows, path); err != nil {
		return err
	}
	if hex.EncodeToString(again.Sum(nil)) != id {
		return fmt.Errorf("%s was changed while it was read: import it again", c.File)
	}
	meter.end()
	return c.report(job.done, id, path, out)
}

var readers = map[string]func(io.Reader, rowfile.Columns) iter.Seq2[rowfile.Row, error]{
	"csv":    rowfile.CSV,
	"ndjson": func(file io.Reader, _ rowfile.Columns) iter.Seq2[rowfile.Row, error] { return rowfile.NDJSON(file) },
}

func (c Import) format() (string, error) {
	switch ending := strings.ToLower(filepath.Ext(c.File)); {
	case c.Format != "":
		return c.Format, nil
	case ending == ".csv":
		return "csv", nil
	case ending == ".ndjson", ending == ".jsonl":
		return "ndjson", nil
	}
	return "", fmt.Errorf("%w: name the --format of %s: csv or ndjson", ErrUsage, c.File)
}

func (c Import) rejectFile() string {
	if c.RejectFile != "" {
		return c.RejectFile
	}
	return c.File + ".rejects.ndjson"
}

// openRegular opens a file that can be read twice.
func openRegular(path string) (*os.File, int64, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, 0, fmt.Errorf("%w: %w", ErrUsage, err)
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%w: %s is no regular file, which could be read twice", ErrUsage, path)
	}
	if err != nil {
		file.Close()
		return nil, 0, err
	}
	return file, info.Size(), nil
}

// begin writes what an import's identifier is the digest of, before the file's bytes.
func begin(digest io.Writer, kind, set string) { fmt.Fprintf(digest, "%s\n%s\n", kind, set) }

// digest is the import's identifier.
func (c Import) digest(ctx context.Context, file io.Reader) (string, error) {
	sum := sha256.New()
	begin(sum, c.Kind, c.DataSet)
	part := make([]byte, 256<<10)
	for {
		n, err := file.Read(part)
		sum.Write(part[:n])
		switch {
		case errors.Is(err, io.EOF):
			return hex.EncodeToString(sum.Sum(nil)), nil
		case err != nil:
			return "", fmt.Errorf("reading %s: %w", c.File, err)
		case ctx.Err() != nil:
			return "", errors.New("interrupted before anything was sent")
		}
	}
}

// imported is what an import did, over all its runs.
type imported struct {
	ImportID   string `json:"import_id"`
	Kind       string `json:"kind"`
	DataSet    string `json:"data_set"`
	Rows       int64  `json:"rows"`
	Stored     int64  `json:"stored"`
	Unchanged  int64  `json:"unchanged"`
	Rejected   int64  `json:"rejected"`
	RejectFile string `json:"reject_file,omitempty"`
}

func (c Import) report(done progressed, id, rejects string, out Output) error {
	all := imported{
		ImportID: id, Kind: c.Kind, DataSet: c.DataSet, Rows: done.stored + done.unchanged + done.rejected,
		Stored: done.stored, Unchanged: done.unchanged, Rejected: done.rejected,
	}
	if all.Rejected > 0 {
		all.RejectFile = rejects
	}
	err := out.report(all, [][2]string{
		{"import", id},
		{"rows", strconv.FormatInt(all.Rows, 10)},
		{"stored", strconv.FormatInt(all.Stored, 10)},
		{"unchanged", strconv.FormatInt(all.Unchanged, 10)},
		{"rejected", strconv.FormatInt(all.Rejected, 10)},
		{"reject file", all.RejectFile},
	})
	if err == nil && all.Rejected > 0 {
		err = fmt.Errorf("%d of %d rows were rejected: %s says why", all.Rejected, all.Rows, rejects)
	}
	return err
}

func importKind(name string) identityv1.ImportKind {
	return identityv1.ImportKind(identityv1.ImportKind_value["IMPORT_KIND_"+strings.ToUpper(name)])
}

func importDataSet(name string) authv1.DataSet {
	return authv1.DataSet(authv1.DataSet_value["DATA_SET_"+strings.ToUpper(name)])
}

// importColumns are the members of the rows of each kind, as ImportKind has them. A fact's value keeps its type.
var importColumns = map[string]rowfile.Columns{
	"persons": {Names: []string{
		"unique_key", "given_names", "first_surname", "second_surname", "birth_date", "rut", "curp", "cpf", "cuit", "dni",
		"email", "phone", "photo_url", "photo_accepted", "mobile_identity", "attributes",
	}},
	"households": {Names: []string{"household_key", "unique_key", "relation", "valid_from", "valid_to", "source", "reference"}},
	"facts": {
		Names: []string{"unique_key", "household_key", "name", "value", "valid_from", "valid_to", "source", "reference"},
		Typed: []string{"value"},
	},
	"memberships": {Names: []string{
		"unique_key", "type", "number", "programme", "academic_unit", "department", "entity", "term", "status", "position",
		"hired_on", "salary_level", "valid_until",
	}},
}
