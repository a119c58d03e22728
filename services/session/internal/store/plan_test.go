package store_test

import (
	"fmt"
	"maps"
	"regexp"
	"strings"
	"testing"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
	"github.com/ventanilla/ventanilla/services/session/internal/list"
	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

// planned is a statement whose plan is looked at.
type planned struct {
	text string
	args []any
	// sorted tells that what is found is sorted: it is little.
	sorted bool
}

func organisationPlans(t *testing.T) map[string]planned {
	plans := map[string]planned{
		"an organisation":   {store.SelectOrganisation, []any{1}, false},
		"organisations":     {store.SelectOrganisations, []any{"production", 1, 50}, false},
		"a member":          {store.SelectMember, []any{1, "a"}, false},
		"members":           {store.SelectMembers, []any{1, "a", 50}, true},
		"a membership":      {store.SelectMembership, []any{"a", 1}, false},
		"a customer":        {store.SelectCustomer, []any{1, 1}, false},
		"count members":     {store.CountMembers, []any{1}, false},
		"count memberships": {store.CountMemberships, []any{"a"}, false},
	}
	ask := func(d list.Declaration, q *sessionv1.ListQuery) list.Query {
		asked, err := d.Read(q)
		check(t, err)
		return asked
	}
	for name, q := range map[string]*sessionv1.ListQuery{
		"customers":                        {},
		"customers, last first":            {Orders: []*sessionv1.Order{{Field: "legal_name", Descending: true}}},
		"customers by number":              {Orders: []*sessionv1.Order{{Field: "customer_id"}}},
		"customers by number, last first":  {Orders: []*sessionv1.Order{{Field: "customer_id", Descending: true}}},
		"the customer of a tax number":     {Filters: []*sessionv1.Filter{{Field: "cuit", Operator: sessionv1.Operator_OPERATOR_EQUAL, Value: "1"}}},
		"customers that are like somebody": {Filters: []*sessionv1.Filter{{Field: "legal_name", Operator: sessionv1.Operator_OPERATOR_LIKE, Value: "a%"}}},
	} {
		page, args := ask(store.CustomerList(), q).Page(store.CustomerColumns, store.CustomersOf, 1)
		plans[name] = planned{page, args, len(q.GetFilters()) > 0}
		total, args := ask(store.CustomerList(), q).Count(store.CustomersOf, 1)
		plans["count "+name] = planned{total, args, false}
	}
	page, args := ask(store.MembershipList(), nil).Page(store.MembershipColumns, store.MembershipsOf, "a")
	plans["memberships"] = planned{page, args, true}
	total, args := ask(store.MembershipList(), nil).Count(store.MembershipsOf, "a")
	plans["count all memberships"] = planned{total, args, false}
	return plans
}

func sessionPlans(s *store.Store) map[string]planned {
	key, now := make([]byte, 32), time.Now().UnixMilli()
	plans := map[string]planned{}
	for name, args := range map[string][]any{
		"an account": {"a"}, "an account by login": {"production", "a", "user"}, "accounts": {"production", "a", "user", "", 50},
		"what is presented": {"production", "a", "b", key, now}, "a session": {now, "a"}, "sessions": {now, "production", now, "a", 50},
		"sessions of a user": {now, "a", now, "a", 50}, "sessions of a developer": {now, "a", now, "a", 50},
		"count of a user": {now, "a"}, "count of a developer": {now, "a"}, "failures": {now, key, key}, "drop sessions": {now, 500}, "drop failures": {now, 500},
	} {
		plans[name] = planned{s.SessionTexts()[name], args, false}
	}
	return plans
}

var (
	// through is what plans have where a table is read through: SQLite's, and PostgreSQL's.
	through = regexp.MustCompile(`(?m)^SCAN (customer|account|session|login_failure|integration|beneficiary|[a-z])\b|Seq Scan`)
	// sorting is it where what was found is sorted.
	sorting = regexp.MustCompile(`USE TEMP B-TREE|Sort Key`)
)

// However many organisations and customers there are, no others are read but those of whom it is asked, and pages come in the order of indexes.
func TestQueriesReadNoTableThrough(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		db := openQuietly(t, url)
		if db.Engine == sqlstore.PostgreSQL { // SQLite plans without looking at the tables
			fill(t, db)
		}
		plans := organisationPlans(t)
		maps.Copy(plans, passKeyPlans())
		maps.Copy(plans, sessionPlans(store.New(db, time.Now)))
		for name, p := range plans {
			plan := planOf(t, db, p)
			if through.MatchString(plan) || sorting.MatchString(plan) && !p.sorted {
				t.Errorf("the plan of %q is\n%s", name, plan)
			}
			if name == "the customer of a tax number" && !strings.Contains(plan, "customer_by_cuit") {
				t.Errorf("a tax number is looked for by\n%s", plan)
			}
		}
	})
}

// fill enters so many customers that it matters how they are read.
func fill(t *testing.T, db *sqlstore.DB) {
	t.Helper()
	s := store.New(db, time.Now)
	o, err := s.CreateOrganisation(t.Context(), "ana", store.Organisation{LegalName: "a"})
	check(t, err)
	_, err = s.CreateCustomer(t.Context(), store.Customer{OrganisationID: o.ID, LegalName: "a"})
	check(t, err)
	different := strings.NewReplacer("cuit", "'c' || i", "legal_name_key", "'n' || i").Replace(store.ChangeableColumns)
	for _, text := range []string{
		`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
			INSERT INTO customer (organisation_id, person_id, created_at, ` + store.ChangeableColumns + `)
			SELECT organisation_id, person_id, created_at, ` + different + ` FROM customer CROSS JOIN n`,
		`ANALYZE`,
	} {
		_, err := db.Write.ExecContext(t.Context(), text)
		check(t, err)
	}
}

// planOf is what an engine would do for a statement.
func planOf(t *testing.T, db *sqlstore.DB, p planned) string {
	t.Helper()
	tx, err := db.Write.BeginTx(t.Context(), nil)
	check(t, err)
	defer tx.Rollback()
	explain := `EXPLAIN QUERY PLAN `
	if db.Engine == sqlstore.PostgreSQL { // which reads a table that it thinks small through, or in the order of its rows, unless that is made dear
		explain = `EXPLAIN `
		for _, way := range []string{"seqscan", "bitmapscan"} {
			_, err := tx.ExecContext(t.Context(), `SET LOCAL enable_`+way+` = off`)
			check(t, err)
		}
	}
	rows, err := tx.QueryContext(t.Context(), explain+p.text, p.args...)
	check(t, err)
	defer rows.Close()
	columns, err := rows.Columns()
	check(t, err)
	var plan strings.Builder
	for rows.Next() {
		row := make([]any, len(columns))
		for i := range row {
			row[i] = new(any)
		}
		check(t, rows.Scan(row...))
		fmt.Fprintln(&plan, *row[len(row)-1].(*any))
	}
	check(t, rows.Err())
	return plan.String()
}
