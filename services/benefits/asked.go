package benefits

import (
	"context"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/benefits/internal/rule"
)

// The days as of which can be asked.
const (
	firstDay = "1900-01-01"
	lastDay  = "2199-12-31"
)

// skew is how far the clock of the replica that said as known when may be ahead of this one's.
const skew = 5 * time.Second

// asked are the terms of a question, settled.
type asked struct {
	caller    authn.Caller
	catalogue *snapshot
	// edition has the versions that decide.
	edition  *edition
	category string // empty for all
	language string
	// day is the one as of which, at midnight UTC.
	day     time.Time
	knownAt time.Time
	dataSet authv1.DataSet
	access  *identityv1.Access
}

// settle decides what the terms leave open. It fails for terms that cannot be met.
func (s *Service) settle(ctx context.Context, terms *benefitsv1.Terms) (*asked, error) {
	a := &asked{caller: authn.CallerOf(ctx), category: terms.GetCategory(), language: terms.GetLanguage()}
	var err error
	if a.dataSet, err = a.caller.DataSet(terms.GetDataSet()); err != nil {
		return nil, err
	}
	if a.access, err = accessFor(a.caller, terms.GetAccess()); err != nil {
		return nil, err
	}
	now := s.now().UTC().Truncate(time.Millisecond)
	if a.day, err = dayAsked(terms.GetAsOf(), now); err != nil {
		return nil, err
	}
	if known := terms.GetKnownAt(); known == nil {
		a.knownAt = now
		a.catalogue, err = s.catalogue.now(ctx, now)
	} else {
		a.knownAt = known.AsTime().Truncate(time.Millisecond)
		if known.CheckValid() != nil || a.knownAt.After(now.Add(skew)) {
			return nil, rpcerr.Invalid("terms.known_at", "must be a time that has been")
		}
		a.catalogue, err = s.catalogue.at(ctx, a.knownAt)
	}
	if err != nil {
		return nil, err
	}
	if _, ok := a.catalogue.categories[a.category]; !ok && a.category != "" {
		return nil, rpcerr.Invalid("terms.category", "there is no such category")
	}
	a.edition = a.catalogue.on(a.dayText(), a.language)
	return a, nil
}

func dayAsked(day string, now time.Time) (time.Time, error) {
	if day == "" {
		day = now.In(chile()).Format(time.DateOnly)
	}
	asOf, err := time.Parse(time.DateOnly, day)
	if err != nil || day < firstDay || day > lastDay {
		return time.Time{}, rpcerr.Invalid("terms.as_of", "must be a day from "+firstDay+" to "+lastDay)
	}
	return asOf, nil
}

// maxName bounds on whose behalf is read, as identity does.
const maxName = 160

// accessFor is how the caller's read is entered in identity's access log, whose actor is this service.
func accessFor(caller authn.Caller, why *identityv1.Access) (*identityv1.Access, error) {
	name := caller.Actor()
	switch {
	case caller.Citizen() != "":
		name = "the person"
	case why.GetOnBehalfOf() != "":
		name += " for " + why.GetOnBehalfOf()
	}
	if len(name) > maxName {
		return nil, rpcerr.Invalid("terms.access.on_behalf_of", "is too long beside the caller's name")
	}
	return &identityv1.Access{Purpose: why.GetPurpose(), OnBehalfOf: name}, nil
}

// dayText is the day as contracts have it.
func (a *asked) dayText() string { return a.day.Format(time.DateOnly) }

// scope is what to ask identity for. What holds on a day is what holds at its end; on the day as known on which, what holds then.
func (a *asked) scope(w *spoken) *identityv1.SituationScope {
	validAt := endOf(a.day)
	if a.knownAt.In(chile()).Format(time.DateOnly) == a.dayText() {
		validAt = a.knownAt
	}
	return &identityv1.SituationScope{
		PersonFacts: w.person, HouseholdFacts: w.household, ValidAt: timestamppb.New(validAt), KnownAt: timestamppb.New(a.knownAt),
		DataSet: a.dataSet, Access: a.access,
	}
}

// basis says what an answer rests on.
func (a *asked) basis(digest string) *benefitsv1.Basis {
	return &benefitsv1.Basis{
		AsOf: a.dayText(), KnownAt: timestamppb.New(a.knownAt), CatalogueRevision: a.catalogue.revision, InputsDigest: digest,
	}
}

// inputs are what the rules of the catalogue are given of a person.
func (a *asked) inputs(situation *identityv1.Situation) *rule.Inputs {
	return a.catalogue.spoken.vocabulary.Inputs(situation, a.day)
}
