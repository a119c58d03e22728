package identity

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

type factService struct {
	identityv1.UnimplementedFactServiceServer
	*Service
}

// RecordFacts records facts about a subject.
func (s *factService) RecordFacts(ctx context.Context, req *identityv1.RecordFactsRequest) (*identityv1.RecordFactsResponse, error) {
	if err := callerOf(ctx).Needs(scopeWrite); err != nil {
		return nil, err
	}
	facts := make([]store.Fact, len(req.GetFacts()))
	for i, in := range req.GetFacts() {
		field := fmt.Sprintf("facts[%d]", i)
		value, err := factValue(field+".value", in.GetValue())
		if err != nil {
			return nil, err
		}
		st, err := statementFromProto(field+".statement", in.GetStatement())
		if err != nil {
			return nil, err
		}
		facts[i] = store.Fact{Name: in.GetName(), Value: value, Statement: st}
	}
	subject, _, err := s.subject(ctx, req.GetSubject())
	if err != nil {
		return nil, err
	}
	err = s.store.RecordFacts(ctx, subject, facts, act(ctx, "RecordFacts"))
	switch {
	case errors.Is(err, sqlstore.ErrNotFound):
		return nil, subjectNotFound(subject.Kind)
	case errors.Is(err, store.ErrTooMany):
		return nil, rpcerr.Invalid("facts", fmt.Sprintf("a subject has facts of at most %d names", store.MaxFacts))
	case err != nil:
		return nil, sqlstore.Failure(err, "recording facts")
	}
	return &identityv1.RecordFactsResponse{}, nil
}

// GetFacts returns what is known about a subject.
func (s *factService) GetFacts(ctx context.Context, req *identityv1.GetFactsRequest) (*identityv1.GetFactsResponse, error) {
	if err := callerOf(ctx).Needs(scopeRead); err != nil {
		return nil, err
	}
	as, err := s.asOf("", req.GetValidAt(), req.GetKnownAt())
	if err != nil {
		return nil, err
	}
	subject, target, err := s.subject(ctx, req.GetSubject())
	if err != nil {
		return nil, err
	}
	facts, err := s.store.Facts(ctx, subject, as)
	if err != nil {
		return nil, sqlstore.Failure(err, "reading facts")
	}
	answer := &identityv1.GetFactsResponse{}
	var names []string
	for _, f := range facts {
		if len(req.GetNames()) > 0 && !slices.Contains(req.GetNames(), f.Name) {
			continue
		}
		out, err := factToProto(f)
		if err != nil {
			return nil, err
		}
		answer.Facts = append(answer.Facts, out)
		names = append(names, f.Name)
	}
	if err := s.recordRead(ctx, "GetFacts", target, store.FactFields(names), req.GetAccess()); err != nil {
		return nil, err
	}
	return answer, nil
}

// subject finds a subject that exists for the caller, and its name in the access log.
func (s *Service) subject(ctx context.Context, in *identityv1.FactSubject) (store.Subject, string, error) {
	subject := store.Subject{Kind: store.SubjectPerson, ID: in.GetPersonId()}
	if in.GetHouseholdId() != "" {
		subject = store.Subject{Kind: store.SubjectHousehold, ID: in.GetHouseholdId()}
	}
	if err := plain("subject."+string(subject.Kind)+"_id", subject.ID); err != nil {
		return subject, "", err
	}
	set, target, err := s.store.Subject(ctx, subject)
	if errors.Is(err, sqlstore.ErrNotFound) || err == nil && !callerOf(ctx).sees(set) {
		return subject, "", subjectNotFound(subject.Kind)
	}
	return subject, target, sqlstore.Failure(err, "finding a subject of facts")
}

func subjectNotFound(kind store.SubjectKind) error {
	if kind == store.SubjectHousehold {
		return householdNotFound()
	}
	return personNotFound()
}
