package colppy

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	colppyv1 "github.com/ventanilla/ventanilla/proto/gen/go/colppy/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

// column is a field of rows that a list is filtered and ordered by.
type column struct {
	// path is the domain's name of it.
	path string
	// word is the domain's word for a value; nil where they are the same.
	word func(string) (string, bool)
	// inverted tells that the domain says the opposite, so that it is ordered the other way round.
	inverted bool
}

// columns are those that a list declares, by the partner's names.
type columns map[string]column

// operators are the partner's names of them.
var operators = map[string]sessionv1.Operator{
	"=":    sessionv1.Operator_OPERATOR_EQUAL,
	"<>":   sessionv1.Operator_OPERATOR_NOT_EQUAL,
	">=":   sessionv1.Operator_OPERATOR_GREATER_OR_EQUAL,
	"<=":   sessionv1.Operator_OPERATOR_LESS_OR_EQUAL,
	"like": sessionv1.Operator_OPERATOR_LIKE,
}

// list is what requests of lists have.
type list interface {
	GetStart() int32
	GetLimit() int32
	GetFilter() []*colppyv1.Filtro
	GetOrder() []*colppyv1.Orden
}

// query is what a request asks of a list, in the domain's words. A field that the list does not declare is FIELD_INVALID, and so
// are another operator and a value that no row has.
func (c columns) query(in list) (*sessionv1.ListQuery, error) {
	out := &sessionv1.ListQuery{Offset: in.GetStart(), Limit: in.GetLimit()}
	for i, f := range in.GetFilter() {
		path := "filter[" + strconv.Itoa(i) + "]"
		by, err := c.find(f.GetField(), path)
		if err != nil {
			return nil, err
		}
		operator, ok := operators[strings.ToLower(strings.TrimSpace(f.GetOp()))]
		if !ok {
			return nil, rpcerr.Invalid(path+".op", "is no operator")
		}
		value := f.GetValue()
		if by.word != nil {
			if value, ok = by.word(value); !ok {
				return nil, rpcerr.Invalid(path+".value", "is no value of the field")
			}
		}
		out.Filters = append(out.Filters, &sessionv1.Filter{Field: by.path, Operator: operator, Value: value})
	}
	for i, o := range in.GetOrder() {
		by, err := c.find(o.GetField(), orderField+"["+strconv.Itoa(i)+"]")
		if err != nil {
			return nil, err
		}
		out.Orders = append(out.Orders, &sessionv1.Order{Field: by.path, Descending: (o.GetDir() == descending) != by.inverted})
	}
	return out, nil
}

// find is the column of a name, in any letter case.
func (c columns) find(name, path string) (column, error) {
	if by, ok := c[name]; ok {
		return by, nil
	}
	for known, by := range c {
		if strings.EqualFold(known, name) {
			return by, nil
		}
	}
	declared := strings.Join(slices.Sorted(maps.Keys(c)), ", ")
	return column{}, rpcerr.New(errorsv1.Reason_REASON_FIELD_INVALID, "the list has no such field",
		rpcerr.Field(path+".field", "is no field of the list"), rpcerr.Meta(declaredKey, declared))
}
