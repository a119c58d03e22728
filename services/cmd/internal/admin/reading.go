package admin

import (
	"fmt"
	"strings"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// Reading says why a person's data is read.
type Reading struct {
	Purpose    string `help:"Why you look, in words that the person would understand. The access log keeps it." required:"" placeholder:"WHY"`
	OnBehalfOf string `help:"On whose behalf, when not your own. No personal data." placeholder:"WHO"`
}

func (r Reading) access() *identityv1.Access {
	return &identityv1.Access{Purpose: r.Purpose, OnBehalfOf: r.OnBehalfOf}
}

// World is a data set: what belongs to one does not exist in the other.
type World struct {
	DataSet string `help:"In which world of data: ${enum}." enum:"production,staging" default:"production"`
}

func (w World) set() authv1.DataSet { return dataSetNamed(w.DataSet) }

// word is how a value of a contract's enumeration is typed and shown: without its prefix, in lower case, with hyphens.
func word(value fmt.Stringer, prefix string) string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(value.String(), prefix)), "_", "-")
}

// number is the value that a word stands for, 0 for none.
func number(values map[string]int32, prefix, word string) int32 {
	return values[prefix+strings.ReplaceAll(strings.ToUpper(word), "-", "_")]
}

// kindValue parts what is typed as KIND=VALUE and gives the kind's number in the contract.
func kindValue(text string, values map[string]int32, prefix string) (kind int32, value string, err error) {
	name, value, found := strings.Cut(text, "=")
	if kind = number(values, prefix, name); !found || kind == 0 || value == "" {
		return 0, "", fmt.Errorf("%w: give KIND=VALUE, with the kind %s", ErrUsage, kinds(values, prefix))
	}
	return kind, value, nil
}

// kinds are the words of an enumeration, in the order of their numbers.
func kinds(values map[string]int32, prefix string) string {
	names := make([]string, len(values)-1)
	for name, n := range values {
		if n > 0 {
			names[n-1] = strings.ToLower(strings.TrimPrefix(name, prefix))
		}
	}
	return strings.Join(names, ", ")
}
