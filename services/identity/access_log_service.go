package identity

import (
	"context"
	"errors"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"

	"golang.org/x/mod/sumdb/tlog"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/auditlog"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

type accessLogService struct {
	identityv1.UnimplementedAccessLogServiceServer
	*Service
}

// ListAccesses returns entries, newest first.
func (s *accessLogService) ListAccesses(ctx context.Context, req *identityv1.ListAccessesRequest) (*identityv1.ListAccessesResponse, error) {
	entries, next, err := s.page(ctx, req.GetPageToken(), req.GetPageSize(), auditlog.Filter{
		Actor: req.GetActor(), Act: req.GetAct(), Target: req.GetTarget(),
	})
	if err != nil {
		return nil, err
	}
	return &identityv1.ListAccessesResponse{Entries: entries, NextPageToken: next}, nil
}

// ListPersonAccesses returns the entries about one person, newest first.
func (s *accessLogService) ListPersonAccesses(ctx context.Context, req *identityv1.ListPersonAccessesRequest) (*identityv1.ListPersonAccessesResponse, error) {
	by, id := callerOf(ctx), req.GetPersonId()
	why := &identityv1.Access{Purpose: "who read the person's data"}
	if by.IsClient() && by.Claims.Subject == id {
		why.OnBehalfOf = thePerson
	} else if err := by.Needs(scopeRead); err != nil {
		return nil, err
	}
	person, err := s.person(ctx, id)
	if err != nil {
		return nil, err
	}
	entries, next, err := s.page(ctx, req.GetPageToken(), req.GetPageSize(), auditlog.Filter{Target: person.Pseudonym})
	if err != nil {
		return nil, err
	}
	if err := s.recordRead(ctx, "ListPersonAccesses", person.Pseudonym, []string{"entries"}, why); err != nil {
		return nil, err
	}
	return &identityv1.ListPersonAccessesResponse{Entries: entries, NextPageToken: next}, nil
}

func (s *accessLogService) page(ctx context.Context, token string, size int32, filter auditlog.Filter) ([]*identityv1.AccessEntry, string, error) {
	page, next, err := auditlog.Page(ctx, s.store.DB(), token, size, filter)
	if errors.Is(err, auditlog.ErrPageToken) {
		return nil, "", rpcerr.Invalid("page_token", "not one that was given out")
	}
	if err != nil {
		return nil, "", sqlstore.Failure(err, "listing the access log")
	}
	return accessesToProto(page), next, nil
}

// ExportAccesses returns sealed entries in the order of their leaves.
func (s *accessLogService) ExportAccesses(ctx context.Context, req *identityv1.ExportAccessesRequest) (*identityv1.ExportAccessesResponse, error) {
	leaves, err := auditlog.Leaves(ctx, s.store.DB(), req.GetFirstLeaf(), int(req.GetPageSize()))
	if err != nil {
		return nil, sqlstore.Failure(err, "exporting the access log")
	}
	return &identityv1.ExportAccessesResponse{Entries: accessesToProto(leaves)}, nil
}

// GetAccessCheckpoint returns the latest checkpoint and the key that signed it.
func (s *accessLogService) GetAccessCheckpoint(ctx context.Context, _ *identityv1.GetAccessCheckpointRequest) (*identityv1.GetAccessCheckpointResponse, error) {
	signed, key, err := s.logKeys.Latest(ctx, s.store.DB())
	if err != nil {
		return nil, sqlstore.Failure(err, "reading the checkpoint")
	}
	return &identityv1.GetAccessCheckpointResponse{Checkpoint: signed, VerifierKey: key}, nil
}

// ProveAccessConsistency proves that one tree is the beginning of another.
func (s *accessLogService) ProveAccessConsistency(ctx context.Context, req *identityv1.ProveAccessConsistencyRequest) (*identityv1.ProveAccessConsistencyResponse, error) {
	proof, err := auditlog.Prove(ctx, s.store.DB(), req.GetOldSize(), req.GetNewSize())
	if errors.Is(err, auditlog.ErrNoTree) {
		return nil, rpcerr.Invalid("new_size", "the log has no trees of these sizes, or they are in the wrong order")
	}
	if err != nil {
		return nil, sqlstore.Failure(err, "proving consistency")
	}
	answer := &identityv1.ProveAccessConsistencyResponse{}
	for _, hash := range proof {
		answer.Hashes = append(answer.Hashes, hash[:])
	}
	return answer, nil
}

func accessesToProto(in []auditlog.Recorded) []*identityv1.AccessEntry {
	out := make([]*identityv1.AccessEntry, len(in))
	for i, entry := range in {
		detail := store.DetailOf(entry.Text)
		out[i] = &identityv1.AccessEntry{
			Leaf:       entry.Index,
			At:         timestamppb.New(entry.Listed.At),
			Actor:      entry.Listed.Actor,
			Act:        entry.Listed.Act,
			Target:     entry.Listed.Target,
			OnBehalfOf: detail.OnBehalfOf,
			Fields:     detail.Fields,
			Purpose:    detail.Purpose,
			TraceId:    detail.Trace,
			Text:       entry.Text,
			Number:     entry.Number,
		}
		if entry.Hash != (tlog.Hash{}) {
			out[i].Hash = entry.Hash[:]
		}
	}
	return out
}
