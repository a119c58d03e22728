package admin

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"time"

	"github.com/ventanilla/ventanilla/pkg/nationalid"
	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// Benefits are the commands about which benefits persons may have.
type Benefits struct {
	Evaluate EvaluateBenefits `cmd:"" help:"Decide which benefits a person may have, or each person of a file."`
	Explain  ExplainBenefits  `cmd:"" help:"Decide, and say why: what holds, what does not, what is not on record, and what would change the answer."`
	Simulate SimulateBenefit  `cmd:"" help:"Say who would gain and who would lose if a draft were published."`
}

// BenefitTerms are on what terms is decided.
type BenefitTerms struct {
	AsOf    string  `help:"The day as of which; today in Chile by default." placeholder:"2030-01-31"`
	KnownAt *Moment `help:"As known when, not now: with --as-of and --known-at of an answer, it comes out again." placeholder:"2030-01-31T00:00:00Z"`
	World
	Reading
}

func (t BenefitTerms) terms() *benefitsv1.Terms {
	return &benefitsv1.Terms{AsOf: t.AsOf, KnownAt: t.KnownAt.proto(), DataSet: t.set(), Access: t.access()}
}

// BenefitsWanted are which benefits are decided, and how they are told.
type BenefitsWanted struct {
	Category string   `help:"Only benefits of this category." placeholder:"CATEGORY"`
	Outcome  []string `help:"Only these: ${enum}; may be repeated." enum:"eligible,potential,not-eligible" placeholder:"OUTCOME"`
	Language string   `help:"The language of texts: es, en." default:"es" placeholder:"LANGUAGE"`
}

func (w BenefitsWanted) add(terms *benefitsv1.Terms) *benefitsv1.Terms {
	terms.Category, terms.Language = w.Category, w.Language
	return terms
}

func (w BenefitsWanted) outcomes() (all []benefitsv1.Outcome) {
	for _, outcome := range w.Outcome {
		all = append(all, benefitsv1.Outcome(number(benefitsv1.Outcome_value, outcomePrefix, outcome)))
	}
	return all
}

const outcomePrefix = "OUTCOME_"

// BenefitSubject is whom it is about.
type BenefitSubject struct {
	RUT      string `name:"rut" help:"The person's RUT." placeholder:"RUT"`
	PersonID string `name:"person-id" help:"The person's identifier instead." placeholder:"ID"`
}

func (s BenefitSubject) given() bool { return s.RUT != "" || s.PersonID != "" }

func (s BenefitSubject) subject() *benefitsv1.Subject {
	if s.PersonID != "" {
		return &benefitsv1.Subject{Subject: &benefitsv1.Subject_PersonId{PersonId: s.PersonID}}
	}
	return &benefitsv1.Subject{Subject: &benefitsv1.Subject_Identifier{
		Identifier: &identityv1.Identifier{Kind: identityv1.IdentifierKind_IDENTIFIER_KIND_RUT, Value: s.RUT},
	}}
}

// check wants one of the two.
func (s BenefitSubject) check() error {
	if (s.RUT == "") == (s.PersonID == "") {
		return errors.New("give --rut or --person-id")
	}
	return nil
}

var rutForm = regexp.MustCompile(`^[0-9][0-9.]*-?[0-9kK]$`)

// maxPersonID is the longest identifier of a person that the platform takes.
const maxPersonID = 64

// subjectOf is what a line of a file names: a RUT, or else a person's identifier. Errors do not repeat it.
func subjectOf(line string) (*benefitsv1.Subject, error) {
	if rutForm.MatchString(line) {
		if _, err := nationalid.Parse(nationalid.RUT, line); err != nil {
			return nil, fmt.Errorf("the RUT is wrong: %w", err)
		}
		return BenefitSubject{RUT: line}.subject(), nil
	}
	if len(line) > maxPersonID {
		return nil, errors.New("it is no RUT and no person's identifier")
	}
	return BenefitSubject{PersonID: line}.subject(), nil
}

// tellBasis notes what an answer rests on.
func tellBasis(notes io.Writer, basis *benefitsv1.Basis) {
	digest := ""
	if basis.GetInputsDigest() != "" {
		digest = ", inputs " + basis.GetInputsDigest()
	}
	fmt.Fprintf(notes, "As of %s, as known at %s, catalogue revision %d%s.\n",
		basis.GetAsOf(), basis.GetKnownAt().AsTime().Format(time.RFC3339Nano), basis.GetCatalogueRevision(), digest)
}
