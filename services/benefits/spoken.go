package benefits

import (
	"crypto/sha256"
	"regexp"
	"strconv"
	"strings"

	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	"github.com/ventanilla/ventanilla/services/benefits/internal/rule"
)

// spoken are the facts that some benefits speak of. Only these are read of a person; and since they follow from the benefits, what is
// defined later changes neither an answer nor the digest of its inputs.
type spoken struct {
	vocabulary *rule.Vocabulary
	// key is equal for the same facts with the same types: their rules may be shared.
	key [sha256.Size]byte
	// labels are what facts are called, by their names.
	labels map[string]map[string]string
	// person and household are identity's names of the facts to ask for.
	person, household []string
}

// factInExpression finds the names of facts, also where space, a comment or the end of parentheses is within, or the last name is in back
// quotes. It may find too many.
var factInExpression = regexp.MustCompile(`\b(person|household)(?:[\s)]|//.*\n)*\.(?:\s|//.*\n)*\x60?([a-z][a-z0-9_]*)`)

// spokenOf takes from the defined facts those that the benefits speak of, and more.
func spokenOf(benefits []*benefitsv1.Benefit, defined []*benefitsv1.FactDefinition, more ...string) (*spoken, error) {
	named := make(map[string]bool)
	for _, name := range more {
		named[name] = true
	}
	for _, benefit := range benefits {
		for _, condition := range benefit.GetConditions() {
			for _, name := range factInExpression.FindAllStringSubmatch(condition.GetExpression(), -1) {
				named[name[1]+"."+name[2]] = true
			}
		}
	}
	w := &spoken{labels: make(map[string]map[string]string)}
	var facts []*benefitsv1.FactDefinition
	var key strings.Builder
	for _, fact := range defined { // by name
		if named[fact.GetName()] {
			// The values that there are matter to editors alone: one that is no more must not undo what is published.
			facts = append(facts, &benefitsv1.FactDefinition{Name: fact.GetName(), Type: fact.GetType(), Labels: fact.GetLabels()})
			key.WriteString(fact.GetName() + " " + strconv.Itoa(int(fact.GetType())) + "\n")
		}
	}
	w.key = sha256.Sum256([]byte(key.String()))
	var err error
	if w.vocabulary, err = rule.NewVocabulary(facts); err != nil {
		return nil, err
	}
	for _, fact := range w.vocabulary.Definitions() {
		w.labels[fact.GetName()] = fact.GetLabels()
	}
	w.person, w.household = w.vocabulary.Wanted()
	return w, nil
}
