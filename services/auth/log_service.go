package auth

import (
	"context"
	"errors"
	"strconv"

	"golang.org/x/mod/sumdb/tlog"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/auditlog"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// maxExport is the size of a page of an export whose request names none.
const maxExport = 1000

type logService struct {
	authv1.UnimplementedLogServiceServer
	*Service
}

// ListLogEntries returns entries, newest first.
func (s *logService) ListLogEntries(ctx context.Context, req *authv1.ListLogEntriesRequest) (*authv1.ListLogEntriesResponse, error) {
	var below int64
	if token := req.GetPageToken(); token != "" {
		var err error
		if below, err = strconv.ParseInt(token, 10, 64); err != nil || below <= 0 {
			return nil, invalid("page_token", "not one that was given out")
		}
	}
	size := pageSize(req.GetPageSize())
	entries, next, err := auditlog.List(ctx, s.store.DB(), below, size+1, auditlog.Filter{
		Actor: req.GetActor(), Act: req.GetAct(), Target: req.GetTarget(),
	})
	if err != nil {
		return nil, failure(err, "listing the log")
	}
	entries, more := cutPage(entries, size)
	if more {
		next = entries[size-1].Number
	}
	answer := &authv1.ListLogEntriesResponse{Entries: entriesToProto(entries)}
	if next > 0 {
		answer.NextPageToken = strconv.FormatInt(next, 10)
	}
	return answer, nil
}

// ExportLogEntries returns sealed entries in the order of their leaves.
func (s *logService) ExportLogEntries(ctx context.Context, req *authv1.ExportLogEntriesRequest) (*authv1.ExportLogEntriesResponse, error) {
	size := int(req.GetPageSize())
	if size == 0 {
		size = maxExport
	}
	leaves, err := auditlog.Leaves(ctx, s.store.DB(), req.GetFirstLeaf(), size)
	if err != nil {
		return nil, failure(err, "exporting the log")
	}
	return &authv1.ExportLogEntriesResponse{Entries: entriesToProto(leaves)}, nil
}

// GetCheckpoint returns the latest checkpoint and the key that signed it.
func (s *logService) GetCheckpoint(ctx context.Context, _ *authv1.GetCheckpointRequest) (*authv1.GetCheckpointResponse, error) {
	signed, err := auditlog.Latest(ctx, s.store.DB())
	if err != nil {
		return nil, failure(err, "reading the checkpoint")
	}
	keys := s.logKeys
	key := keys.Of(signed)
	if key == nil { // before the first, and where somebody has changed it
		key = keys.Active
	}
	return &authv1.GetCheckpointResponse{Checkpoint: string(signed), VerifierKey: key.Text}, nil
}

// ProveConsistency proves that one tree is the beginning of another.
func (s *logService) ProveConsistency(ctx context.Context, req *authv1.ProveConsistencyRequest) (*authv1.ProveConsistencyResponse, error) {
	proof, err := auditlog.Prove(ctx, s.store.DB(), req.GetOldSize(), req.GetNewSize())
	if errors.Is(err, auditlog.ErrNoTree) {
		return nil, invalid("new_size", "the log has no trees of these sizes, or they are in the wrong order")
	}
	if err != nil {
		return nil, failure(err, "proving consistency")
	}
	answer := &authv1.ProveConsistencyResponse{}
	for _, hash := range proof {
		answer.Hashes = append(answer.Hashes, hash[:])
	}
	return answer, nil
}

func entriesToProto(in []auditlog.Recorded) []*authv1.LogEntry {
	out := make([]*authv1.LogEntry, len(in))
	for i, entry := range in {
		out[i] = &authv1.LogEntry{
			Leaf:   entry.Index,
			At:     timestamppb.New(entry.Listed.At),
			Actor:  entry.Listed.Actor,
			Act:    entry.Listed.Act,
			Target: entry.Listed.Target,
			Text:   entry.Text,
			Number: entry.Number,
		}
		if entry.Hash != (tlog.Hash{}) {
			out[i].Hash = entry.Hash[:]
		}
	}
	return out
}
