package identity

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

type importService struct {
	identityv1.UnimplementedImportServiceServer
	*Service
}

// GetImport tells how far an import has come.
func (s *importService) GetImport(ctx context.Context, req *identityv1.GetImportRequest) (*identityv1.GetImportResponse, error) {
	done, err := s.store.Import(ctx, req.GetImportId())
	if err != nil {
		return nil, sqlstore.Failure(err, "reading an import")
	}
	return &identityv1.GetImportResponse{Progress: progressToProto(done), Rejects: rejectsToProto(done.Rejects)}, nil
}

// ImportRows stores the good rows of a batch.
func (s *importService) ImportRows(ctx context.Context, req *identityv1.ImportRowsRequest) (*identityv1.ImportRowsResponse, error) {
	if err := checkLines(req); err != nil {
		return nil, err
	}
	set, err := callerOf(ctx).dataSet(req.GetDataSet())
	if err != nil {
		return nil, err
	}
	put, err := s.reader(req.GetKind(), set)(ctx, req.GetRows())
	if err != nil {
		return nil, err
	}
	done, err := s.store.ImportRows(ctx, store.ImportBatch{
		ID: req.GetImportId(), Kind: strings.ToLower(strings.TrimPrefix(req.GetKind().String(), "IMPORT_KIND_")), DataSet: set,
		FirstLine: req.GetFirstLine(), NextLine: req.GetNextLine(),
	}, act(ctx, "ImportRows"), put)
	if gap, ok := errors.AsType[*store.GapError](err); ok {
		return nil, rpcerr.New(errorsv1.Reason_REASON_IMPORT_GAP, "rows before the batch are missing",
			rpcerr.Meta("next_line", strconv.FormatInt(gap.NextLine, 10)))
	}
	if errors.Is(err, store.ErrOtherImport) {
		return nil, rpcerr.Invalid("import_id", "is that of an import of another kind or data set")
	}
	if err != nil {
		return nil, sqlstore.Failure(err, "importing rows")
	}
	answer := &identityv1.ImportRowsResponse{Progress: progressToProto(done)}
	if done.NextLine == req.GetNextLine() {
		answer.Rejects = rejectsToProto(done.Rejects)
	}
	return answer, nil
}

// checkLines refuses a batch whose rows are not in order between its lines.
func checkLines(req *identityv1.ImportRowsRequest) error {
	last := max(req.GetFirstLine(), 1) - 1
	if req.GetNextLine() <= last+1 {
		return rpcerr.Invalid("next_line", "must be after first_line")
	}
	for i, row := range req.GetRows() {
		if row.GetLine() <= last || row.GetLine() >= req.GetNextLine() {
			return rpcerr.Invalid(element("rows", i)+".line", "must be after the row before it, from first_line to before next_line")
		}
		last = row.GetLine()
	}
	return nil
}

// putRows stores good rows from a line on, in a transaction.
type putRows func(tx *sql.Tx, from int64) (store.ImportOutcome, error)

// reader reads the rows of a kind.
func (s *Service) reader(kind identityv1.ImportKind, set store.DataSet) func(context.Context, []*identityv1.ImportRow) (putRows, error) {
	switch kind {
	case identityv1.ImportKind_IMPORT_KIND_PERSONS:
		return reading(s.personRow, func(ctx context.Context, tx *sql.Tx, rows []store.PersonUpsert) ([]store.PersonOutcome, error) {
			return s.store.UpsertPersons(ctx, tx, set, rows)
		}, func(o store.PersonOutcome) (bool, error) { return o.Stored, o.Err })
	case identityv1.ImportKind_IMPORT_KIND_MEMBERSHIPS:
		return reading(s.membershipRow, func(ctx context.Context, tx *sql.Tx, rows []membershipRow) ([]store.MembershipOutcome, error) {
			return s.putMemberships(ctx, tx, set, rows)
		}, func(o store.MembershipOutcome) (bool, error) { return o.Stored, o.Err })
	case identityv1.ImportKind_IMPORT_KIND_HOUSEHOLDS:
		return reading(s.memberRow, func(ctx context.Context, tx *sql.Tx, rows []store.MemberRow) ([]store.StatementOutcome, error) {
			return s.store.RecordMemberRows(ctx, tx, set, rows)
		}, statementOutcome)
	default:
		return reading(s.factRow, func(ctx context.Context, tx *sql.Tx, rows []store.FactRow) ([]store.StatementOutcome, error) {
			return s.store.RecordFactRows(ctx, tx, set, rows)
		}, statementOutcome)
	}
}

func statementOutcome(o store.StatementOutcome) (bool, error) { return o.Stored, o.Err }

func progressToProto(in store.Import) *identityv1.ImportProgress {
	return &identityv1.ImportProgress{NextLine: in.NextLine, Stored: in.Stored, Unchanged: in.Unchanged, Rejected: in.Rejected}
}

func rejectsToProto(in []store.Reject) []*identityv1.ImportReject {
	out := make([]*identityv1.ImportReject, len(in))
	for i, r := range in {
		out[i] = &identityv1.ImportReject{Line: r.Line, Field: r.Field, Reason: r.Reason}
	}
	return out
}
