package list

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

// Declaration says by what a list can be filtered and ordered.
type Declaration struct {
	// Fields are by their paths in the listed message.
	Fields map[string]Field
	// By is the field that the list is ordered by when nothing else is asked for.
	By string
	// ID is the column that decides between rows that are otherwise in the same place; it tells all rows apart.
	ID string
}

// defaultLimit is how many rows a query without a limit gets.
const defaultLimit = 50

// Query is what is asked of a list, checked.
type Query struct {
	conditions    []condition
	order         string
	limit, offset int64
}

// Read checks what is asked of a list; nil asks for its beginning. It fails with FIELD_INVALID and the path of what is wrong in a request that has the
// query as "query".
func (d Declaration) Read(in *sessionv1.ListQuery) (Query, error) {
	q := Query{limit: int64(in.GetLimit()), offset: int64(in.GetOffset())}
	if q.limit == 0 {
		q.limit = defaultLimit
	}
	for i, filter := range in.GetFilters() {
		path := fmt.Sprintf("query.filters[%d]", i)
		field, err := d.field(path, filter.GetField())
		if err != nil {
			return Query{}, err
		}
		made, err := field.condition(path, filter.GetOperator(), filter.GetValue())
		if err != nil {
			return Query{}, err
		}
		q.conditions = append(q.conditions, made)
	}
	var err error
	q.order, err = d.order(in.GetOrders())
	return q, err
}

func (d Declaration) field(path, name string) (Field, error) {
	field, ok := d.Fields[name]
	if !ok {
		return Field{}, rpcerr.Invalid(path+".field", "is no field of the list; these are: "+strings.Join(slices.Sorted(maps.Keys(d.Fields)), ", "))
	}
	return field, nil
}

// order names each column once: a later mention decides nothing. The identifier goes the way of the field before it, so that an index in one direction serves
// the other, too.
func (d Declaration) order(orders []*sessionv1.Order) (string, error) {
	if len(orders) == 0 {
		orders = []*sessionv1.Order{{Field: d.By}}
	}
	var columns, terms []string
	descending := false
	add := func(column string) {
		if slices.Contains(columns, column) {
			return
		}
		columns = append(columns, column)
		if descending {
			column += ` DESC`
		}
		terms = append(terms, column)
	}
	for i, order := range orders {
		field, err := d.field(fmt.Sprintf("query.orders[%d]", i), order.GetField())
		if err != nil {
			return "", err
		}
		descending = order.GetDescending()
		add(field.Column)
	}
	add(d.ID)
	return strings.Join(terms, `, `), nil
}
