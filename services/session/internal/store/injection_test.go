package store_test

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
	"github.com/ventanilla/ventanilla/services/session/internal/list"
	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

// hostile are values that SQL, or a text made by joining, could take for something else. They are texts like others.
var hostile = []string{
	`'`, `''`, `"`, "`", `\`, `\'`, `%`, `_`, `%%%`, `\%`, `%\`, `$1`, `$2`, `?`, `:a`, `@a`, `;`, `--`, `-- x`, `/* x */`, `*/`, `)`, `((`,
	`' OR '1'='1`, `' OR 1=1 --`, `x'); DROP TABLE customer; --`, `'; UPDATE customer SET legal_name='x'; --`, `' UNION SELECT password FROM account --`,
	`1 UNION ALL SELECT 1, 2, 3`, `' || (SELECT password FROM account) || '`, `legal_name`, `legal_name_key`, `NULL`, `ESCAPE '!'`, `%' ESCAPE '%`,
	`E'\x27'`, `U&'\0027'`, `$$x$$`, `CASE WHEN 1=1 THEN pg_sleep(9) END`, `${jndi:x}`, `{"$gt":""}`, `$.legal_name`, `{{7*7}}`, `ʼ OR ʼ1ʼ=ʼ1`, `＇ OR ＇1＇=＇1`, `％`,
	`＂`, `﹪＿`, "\u202e'", "\ufeff'", "e\u0301'\u0301", strings.Repeat("\ufdfa", 66), strings.Repeat("'", 200), strings.Repeat("%a", 100), strings.Repeat(`\`, 199), "💣'",
}

// unreadable are values that are no text of a line: they are refused.
var unreadable = []string{"\x00", "a\x00b", "'\n--", "\x1b[2J", "a\u0085b", "\xc0\xa7", "\xc1\x9c' OR 1=1", "\xf0\x82\x82\xac", "\xed\xa0\x80", "\xff"}

// undeclared are names that are no fields of the lists.
var undeclared = []string{
	"", " ", "*", "1", "''", `"`, "legal_name ", " legal_name", "LEGAL_NAME", "Legal_name", "legal_name_key", "street", "postal_address", "postal_address.street",
	"postal_address.city.x", "postal_address..city", ".legal_name", "person_id", "linked", "created_at", "account_id", "m.administrator", "o.cuit", "customer.cuit",
	"rowid", "oid", "ctid", "customers", "data_set", "plan_id", "legal_name; DROP TABLE customer", "legal_name--", "legal_name/**/", "legal_name' OR '1'='1",
	"legal_name DESC, (SELECT password FROM account)", "CASE WHEN 1=1 THEN cuit ELSE dni END", "lower(legal_name)", "$.legal_name", "legal_name->>'$.a'",
	`"legal_name"`, "legal_name\x00", "ｌegal_name", "lеgal_name", "legal\u200b_name", "$1", "?",
}

// watched is a store whose statements are seen.
type watched struct {
	*store.Store
	spans   *tracetest.SpanRecorder
	tracer  *sdktrace.TracerProvider
	account string
	at      int64 // the organisation
}

func watch(t *testing.T, url string) *watched {
	t.Helper()
	spans := tracetest.NewSpanRecorder()
	tracer := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans))
	db := open(t, url, tracer)
	w := &watched{Store: store.New(db, time.Now), spans: spans, tracer: tracer}
	user, err := w.CreateAccount(t.Context(), "ana", store.Account{DataSet: store.Production, Kind: store.User, Login: "u"})
	check(t, err)
	w.account = user.ID
	for i, name := range hostile {
		o, err := w.CreateOrganisation(t.Context(), "ana", store.Organisation{DataSet: store.Production, LegalName: name})
		check(t, err)
		_, err = w.PutMember(t.Context(), "ana", o.ID, w.account, false)
		check(t, err)
		if i == 0 {
			w.at = o.ID
		}
		_, err = w.CreateCustomer(t.Context(), store.Customer{OrganisationID: w.at, LegalName: name})
		check(t, err)
	}
	return w
}

// ask runs a list and returns its statements, and what it found.
func (w *watched) ask(t *testing.T, l listed, asked list.Query) (texts, names []string, total int64) {
	t.Helper()
	w.spans.Reset()
	ctx, root := w.tracer.Tracer("test").Start(t.Context(), "request")
	names, total, err := l.run(ctx, w, asked)
	root.End()
	check(t, err)
	if texts = textsOf(w.spans); len(texts) != 2 {
		t.Fatalf("%d statements were seen, not the count and the page", len(texts))
	}
	return texts, names, total
}

// textsOf are the statements that were seen.
func textsOf(spans *tracetest.SpanRecorder) (texts []string) {
	for _, span := range spans.Ended() {
		for _, attribute := range span.Attributes() {
			if attribute.Key == semconv.DBQueryTextKey || attribute.Key == "db.statement" {
				texts = append(texts, attribute.Value.AsString())
			}
		}
	}
	return texts
}

// listed is a list, and what its statements have around conditions and order.
type listed struct {
	declared list.Declaration
	from     string
	run      func(ctx context.Context, w *watched, asked list.Query) (names []string, total int64, err error)
}

func lists() map[string]listed {
	return map[string]listed{
		"customers": {
			store.CustomerList(), `FROM customer WHERE organisation_id = $1`,
			func(ctx context.Context, w *watched, asked list.Query) (names []string, total int64, err error) {
				all, total, err := w.Customers(ctx, w.at, asked)
				for _, c := range all {
					names = append(names, c.LegalName)
				}
				return names, total, err
			},
		},
		"organisations": {
			store.MembershipList(), `FROM member m JOIN organisation o ON o.organisation_id = m.organisation_id WHERE m.account_id = $1`,
			func(ctx context.Context, w *watched, asked list.Query) (names []string, total int64, err error) {
				all, total, err := w.Memberships(ctx, w.account, asked)
				for _, m := range all {
					names = append(names, m.LegalName)
				}
				return names, total, err
			},
		},
	}
}

// texts is the set of a list's statements: declared columns with operators and placeholders, and nothing else.
func (l listed) texts() *regexp.Regexp {
	var columns []string
	for _, field := range l.declared.Fields {
		columns = append(columns, regexp.QuoteMeta(field.Column))
	}
	column := `(?:` + strings.Join(columns, `|`) + `)`
	bare := column + ` (?:=|<>|>=|<=) \$\d+|` + column + ` (?:=|<>) ''|` + column + ` LIKE \$\d+ ESCAPE '\\'|\(` + column + ` <> '' AND ` + column + ` (?:=|>=|<=) \$\d+\)`
	from := regexp.QuoteMeta(l.from) + `(?: AND (?:` + bare + `)){0,16}`
	term := column + `(?: DESC)?`
	return regexp.MustCompile(`^SELECT (?:COUNT\(\*\) ` + from + `|[a-z_., \n\t]+ ` + from + ` ORDER BY ` + term + `(?:, ` + term + `){0,4} LIMIT \$\d+ OFFSET \$\d+)$`)
}

// textFields are those of a list that take any text.
func (l listed) textFields() []string {
	var names []string
	for name, field := range l.declared.Fields {
		if field.Type == list.Text {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// asColumns are hostile values that statements have by themselves: as names of columns, or as signs.
var asColumns = regexp.MustCompile(`^[a-z_]+$|^.{0,2}$`)

// Whatever values are, the statements are those of their fields and operators alone, and find what has them.
func TestNoValueReachesTheTextOfAStatement(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		w := watch(t, url)
		for name, l := range lists() {
			t.Run(name, func(t *testing.T) {
				w.statementsAreOfFieldsAndOperators(t, l)
				for _, value := range hostile {
					w.isFoundAsItIs(t, l, value)
				}
			})
		}
	})
}

func (w *watched) statementsAreOfFieldsAndOperators(t *testing.T, l listed) {
	allowed, seen := l.texts(), map[string]bool{}
	for operator := sessionv1.Operator_OPERATOR_EQUAL; operator <= sessionv1.Operator_OPERATOR_LIKE; operator++ {
		values := hostile
		if operator != sessionv1.Operator_OPERATOR_EQUAL && operator != sessionv1.Operator_OPERATOR_LIKE {
			values = hostile[:12] // those that compare are made in the same way
		}
		for _, value := range values {
			q := &sessionv1.ListQuery{Limit: 1, Orders: []*sessionv1.Order{{Field: "cuit", Descending: true}}}
			for _, field := range l.textFields() {
				q.Filters = append(q.Filters, &sessionv1.Filter{Field: field, Operator: operator, Value: value})
			}
			asked, err := l.declared.Read(q)
			check(t, err)
			texts, _, _ := w.ask(t, l, asked)
			for _, text := range texts {
				seen[text] = true
				if !allowed.MatchString(text) || !asColumns.MatchString(value) && strings.Contains(text, value) {
					t.Errorf("a value made the statement %s", text)
				}
			}
		}
	}
	if count := 5 * 2; len(seen) != count {
		t.Errorf("there are %d statements for 5 operators, not %d:\n%s", len(seen), count, strings.Join(slices.Sorted(maps.Keys(seen)), "\n"))
	}
}

func (w *watched) isFoundAsItIs(t *testing.T, l listed, value string) {
	for _, operator := range []sessionv1.Operator{sessionv1.Operator_OPERATOR_EQUAL, sessionv1.Operator_OPERATOR_LIKE} {
		asked, err := l.declared.Read(&sessionv1.ListQuery{Limit: 500, Filters: []*sessionv1.Filter{{Field: "legal_name", Operator: operator, Value: value}}})
		check(t, err)
		_, names, total := w.ask(t, l, asked)
		if !slices.Contains(names, value) || int(total) != len(names) {
			t.Errorf("of %d found none is %q", total, value)
		}
		for _, found := range names {
			if operator == sessionv1.Operator_OPERATOR_EQUAL && store.Fold(found) != store.Fold(value) {
				t.Errorf("%q was found for %q", found, value)
			}
		}
	}
}

// What is no field and what is no value of one is refused by its path, and its text is not repeated.
func TestUndeclaredFieldsAndWrongValuesAreRefused(t *testing.T) {
	refused := func(d list.Declaration, q *sessionv1.ListQuery, path, text string) {
		t.Helper()
		_, err := d.Read(q)
		fields := rpcerr.Fields(err)
		if rpcerr.Reason(err) != errorsv1.Reason_REASON_FIELD_INVALID || len(fields) != 1 || fields[0].Field != path {
			t.Errorf("%q got %v, not one about %s", text, err, path)
		}
		if len(text) > 15 && strings.Contains(err.Error(), text) {
			t.Errorf("%q is repeated: %v", text, err)
		}
	}
	for name, l := range lists() {
		for _, field := range undeclared {
			good := &sessionv1.Filter{Field: "cuit", Operator: sessionv1.Operator_OPERATOR_EQUAL, Value: "1"}
			refused(l.declared, &sessionv1.ListQuery{Filters: []*sessionv1.Filter{good, {Field: field, Operator: good.GetOperator()}}}, "query.filters[1].field", field)
			refused(l.declared, &sessionv1.ListQuery{Orders: []*sessionv1.Order{{Field: "cuit"}, {Field: field}}}, "query.orders[1].field", field)
		}
		for field, declared := range l.declared.Fields {
			wrong := slices.Clone(unreadable)
			if declared.Type != list.Text {
				wrong = append(wrong, "x", "' OR 1=1 --", "1;", "1 OR 1=1", "0x1", "1e3", "１", "99999999999999999999x")
			}
			for _, value := range wrong {
				for operator := sessionv1.Operator_OPERATOR_EQUAL; operator <= sessionv1.Operator_OPERATOR_LIKE; operator++ {
					path := "query.filters[0].value"
					if operator == sessionv1.Operator_OPERATOR_LIKE && declared.Type != list.Text && declared.Type != list.Digits {
						path = "query.filters[0].operator"
					}
					filter := &sessionv1.Filter{Field: field, Operator: operator, Value: value}
					refused(l.declared, &sessionv1.ListQuery{Filters: []*sessionv1.Filter{filter}}, path, fmt.Sprint(name, " ", field, " ", value))
				}
			}
		}
		refused(l.declared, &sessionv1.ListQuery{Filters: []*sessionv1.Filter{{Field: "cuit", Operator: 9}}}, "query.filters[0].operator", "9")
	}
}
