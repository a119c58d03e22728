package benefits_test

import (
	"context"
	"maps"
	"slices"
	"sync"

	"google.golang.org/grpc"

	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// population stands for the identity service: situations by RUT or person_id.
type population struct {
	mu     sync.Mutex
	known  map[string]*identityv1.Situation
	asked  []*identityv1.SituationScope
	failed error
	// before is called before each answer, if there is one.
	before func(ctx context.Context)
}

// scopes are those that were asked for so far.
func (p *population) scopes() []*identityv1.SituationScope {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.asked)
}

// wait calls before.
func (p *population) wait(ctx context.Context) {
	p.mu.Lock()
	before := p.before
	p.mu.Unlock()
	if before != nil {
		before(ctx)
	}
}

// fails makes calls fail from now on; nil for none.
func (p *population) fails(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.failed = err
}

// knows enters a person under its RUT, or its person_id.
func (p *population) knows(key string, situation *identityv1.Situation) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.known[key] = situation
}

// GetSituations answers with those that are known, and an empty one for others.
func (p *population) GetSituations(ctx context.Context, in *identityv1.GetSituationsRequest, _ ...grpc.CallOption) (*identityv1.GetSituationsResponse, error) {
	p.wait(ctx)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, in.GetScope())
	if p.failed != nil {
		return nil, p.failed
	}
	answer := &identityv1.GetSituationsResponse{}
	for _, key := range in.GetPersons() {
		situation := p.known[key.GetPersonId()+key.GetIdentifier().GetValue()]
		if situation == nil {
			situation = &identityv1.Situation{}
		}
		answer.Situations = append(answer.Situations, situation)
	}
	return answer, nil
}

// ListSituations answers with all, by person_id.
func (p *population) ListSituations(ctx context.Context, in *identityv1.ListSituationsRequest, _ ...grpc.CallOption) (*identityv1.ListSituationsResponse, error) {
	p.wait(ctx)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, in.GetScope())
	if p.failed != nil {
		return nil, p.failed
	}
	answer := &identityv1.ListSituationsResponse{}
	for _, key := range slices.Sorted(maps.Keys(p.known)) {
		if key <= in.GetPageToken() {
			continue
		}
		if len(answer.GetSituations()) == max(1, int(in.GetPageSize())) {
			return answer, nil
		}
		answer.Situations = append(answer.Situations, p.known[key])
		answer.NextPageToken = key
	}
	answer.NextPageToken = ""
	return answer, nil
}
