package auth

import (
	"context"
	"errors"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"

	"golang.org/x/mod/sumdb/tlog"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/auditlog"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

type logService struct {
	authv1.UnimplementedLogServiceServer
	*Service
}

// ListLogEntries returns entries, newest first.
func (s *logService) ListLogEntries(ctx context.Context, req *authv1.ListLogEntriesRequest) (*authv1.ListLogEntriesResponse, error) {
	page, next, err := auditlog.Page(ctx, s.store.DB(), req.GetPageToken(), req.GetPageSize(), auditlog.Filter{
		Actor: req.GetActor(), Act: req.GetAct(), Target: req.GetTarget(),
	})
	if errors.Is(err, auditlog.ErrPageToken) {
		return nil, rpcerr.Invalid("page_token", "not one that was given out")
	}
	if err != nil {
		return nil, sqlstore.Failure(err, "listing the log")
	}
	return &authv1.ListLogEntriesResponse{Entries: entriesToProto(page), NextPageToken: next}, nil
}

// ExportLogEntries returns sealed entries in the order of their leaves.
func (s *logService) ExportLogEntries(ctx context.Context, req *authv1.ExportLogEntriesRequest) (*authv1.ExportLogEntriesResponse, error) {
	leaves, err := auditlog.Leaves(ctx, s.store.DB(), req.GetFirstLeaf(), int(req.GetPageSize()))
	if err != nil {
		return nil, sqlstore.Failure(err, "exporting the log")
	}
	return &authv1.ExportLogEntriesResponse{Entries: entriesToProto(leaves)}, nil
}

// GetCheckpoint returns the latest checkpoint and the key that signed it.
func (s *logService) GetCheckpoint(ctx context.Context, _ *authv1.GetCheckpointRequest) (*authv1.GetCheckpointResponse, error) {
	signed, key, err := s.logKeys.Latest(ctx, s.store.DB())
	if err != nil {
		return nil, sqlstore.Failure(err, "reading the checkpoint")
	}
	return &authv1.GetCheckpointResponse{Checkpoint: signed, VerifierKey: key}, nil
}

// ProveConsistency proves that one tree is the beginning of another.
func (s *logService) ProveConsistency(ctx context.Context, req *authv1.ProveConsistencyRequest) (*authv1.ProveConsistencyResponse, error) {
	proof, err := auditlog.Prove(ctx, s.store.DB(), req.GetOldSize(), req.GetNewSize())
	if errors.Is(err, auditlog.ErrNoTree) {
		return nil, rpcerr.Invalid("new_size", "the log has no trees of these sizes, or they are in the wrong order")
	}
	if err != nil {
		return nil, sqlstore.Failure(err, "proving consistency")
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
