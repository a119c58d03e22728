package storetest

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

var listChecks = checks{
	"a list has what its filters find, in its order": aListHasWhatItsFiltersFind,
}

// samples are values of the fields, some of which customers have.
var samples = map[string][]string{
	"customer_id":                {"-1", "0", "1", "9223372036854775807"},
	"legal_name":                 {"Ácme", "ACME", "a_me", "acme 100%", `a\me`, "ñandú", "Nandu", "Z", "O'Higgins", "ﬁn", "", "%", "％"},
	"trade_name":                 {"", "Ácme", "b"},
	"cuit":                       {"", "30-70000000-1", "3070000", "20%", "-"},
	"dni":                        {"", "12.345.678", "1234567", "%5%"},
	"email":                      {"", "Ana@example.org", "%@EXAMPLE.org", "_na@example.org"},
	"phone":                      {"", "+54 11 4000-0000", "11"},
	"inactive":                   {"true", "false"},
	"since":                      {"2025-12-31", "2026-01-01", "2026-01-02"},
	"payment_terms":              {"PAYMENT_TERMS_UNSPECIFIED", "PAYMENT_TERMS_CASH", "PAYMENT_TERMS_60_DAYS"},
	"vat_condition":              {"VAT_CONDITION_UNSPECIFIED", "VAT_CONDITION_EXEMPT", "VAT_CONDITION_SIMPLIFIED"},
	"postal_address.city":        {"", "Córdoba", "cordoba", "%ba"},
	"postal_address.province":    {"", "Tucumán", "tuc%n"},
	"postal_address.postal_code": {"", "C1000", "c_000"},
	"postal_address.country":     {"", "Perú", "per"},
}

// valueOf is what a customer has in a field, as the model compares it: a folded text, digits or a number.
func valueOf(c store.Customer, field string) any {
	switch field {
	case "customer_id":
		return c.ID
	case "cuit":
		return c.CUIT
	case "dni":
		return c.DNI
	case "since":
		return c.Since
	case "inactive":
		if c.Inactive {
			return int64(1)
		}
		return int64(0)
	case "payment_terms":
		return int64(c.PaymentTerms)
	case "vat_condition":
		return int64(c.VATCondition)
	}
	return store.Fold(map[string]string{
		"legal_name": c.LegalName, "trade_name": c.TradeName, "email": c.Email, "phone": c.Phone, "postal_address.city": c.Postal.City,
		"postal_address.province": c.Postal.Province, "postal_address.postal_code": c.Postal.PostalCode, "postal_address.country": c.Postal.Country,
	}[field])
}

// read is what a value of a filter stands for.
func read(field, value string) any {
	switch field {
	case "customer_id":
		number, _ := strconv.ParseInt(value, 10, 64)
		return number
	case "cuit", "dni":
		return regexp.MustCompile(`[-. ]`).ReplaceAllString(value, "")
	case "inactive":
		return map[string]int64{"true": 1}[value]
	case "payment_terms":
		return int64(sessionv1.PaymentTerms_value[value])
	case "vat_condition":
		return int64(sessionv1.VatCondition_value[value])
	}
	return store.Fold(value)
}

func compare(a, b any) int {
	if text, ok := a.(string); ok {
		return strings.Compare(text, b.(string))
	}
	return cmp.Compare(a.(int64), b.(int64))
}

// finds is the model of a filter.
func finds(f *sessionv1.Filter, c store.Customer) bool {
	has := valueOf(c, f.GetField())
	if f.GetOperator() == sessionv1.Operator_OPERATOR_LIKE {
		parts := strings.Split(f.GetValue(), "%")
		for i, part := range parts {
			parts[i] = regexp.QuoteMeta(read(f.GetField(), part).(string))
		}
		pattern := strings.Join(parts, ".*")
		if len(parts) > 1 {
			pattern = "^" + pattern + "$"
		}
		return regexp.MustCompile(pattern).MatchString(has.(string))
	}
	against := read(f.GetField(), f.GetValue())
	way := compare(has, against)
	switch f.GetOperator() {
	case sessionv1.Operator_OPERATOR_EQUAL:
		return way == 0
	case sessionv1.Operator_OPERATOR_NOT_EQUAL:
		return way != 0
	case sessionv1.Operator_OPERATOR_GREATER_OR_EQUAL:
		return way >= 0 && has != ""
	default:
		return way <= 0 && has != ""
	}
}

// drawFilter draws one that is right.
func drawFilter(t *rapid.T) *sessionv1.Filter {
	field := rapid.SampledFrom(sortedFields()).Draw(t, "field")
	f := &sessionv1.Filter{Field: field, Value: rapid.SampledFrom(samples[field]).Draw(t, "value")}
	operators := []sessionv1.Operator{1, 2}
	text, isText := read(field, f.GetValue()).(string)
	if !isText || text != "" {
		operators = append(operators, 3, 4)
	}
	if isText && field != "since" {
		operators = append(operators, 5)
	}
	if strings.Contains(f.GetValue(), "%") && (field == "cuit" || field == "dni") {
		operators = []sessionv1.Operator{5}
	}
	f.Operator = rapid.SampledFrom(operators).Draw(t, "operator")
	return f
}

func sortedFields() []string {
	var fields []string
	for field := range store.CustomerList().Fields {
		fields = append(fields, field)
	}
	slices.Sort(fields)
	return fields
}

func drawQuery(t *rapid.T) *sessionv1.ListQuery {
	return &sessionv1.ListQuery{
		Offset:  rapid.Int32Range(0, 5).Draw(t, "offset"),
		Limit:   rapid.Int32Range(0, 20).Draw(t, "limit"),
		Filters: rapid.SliceOfN(rapid.Custom(drawFilter), 0, 3).Draw(t, "filters"),
		Orders: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) *sessionv1.Order {
			return &sessionv1.Order{Field: rapid.SampledFrom(sortedFields()).Draw(t, "by"), Descending: rapid.Bool().Draw(t, "descending")}
		}), 0, 3).Draw(t, "orders"),
	}
}

// found is the model of a list.
func found(all []store.Customer, q *sessionv1.ListQuery) (page []int64, total int64) {
	var some []store.Customer
	for _, c := range all {
		if !slices.ContainsFunc(q.GetFilters(), func(f *sessionv1.Filter) bool { return !finds(f, c) }) {
			some = append(some, c)
		}
	}
	orders := q.GetOrders()
	if len(orders) == 0 {
		orders = []*sessionv1.Order{{Field: "legal_name"}}
	}
	orders = append(slices.Clone(orders), &sessionv1.Order{Field: "customer_id", Descending: orders[len(orders)-1].GetDescending()})
	slices.SortFunc(some, func(a, b store.Customer) int {
		for _, order := range orders {
			if way := compare(valueOf(a, order.GetField()), valueOf(b, order.GetField())); way != 0 {
				if order.GetDescending() {
					return -way
				}
				return way
			}
		}
		return 0
	})
	limit := int(q.GetLimit())
	if limit == 0 {
		limit = 50
	}
	for i, c := range some {
		if i >= int(q.GetOffset()) && len(page) < limit {
			page = append(page, c.ID)
		}
	}
	return page, int64(len(some))
}

// aCrowd enters customers with some of the samples.
func aCrowd(t *testing.T, b *bench, organisationID int64, many int) (all []store.Customer) {
	chance := rand.New(rand.NewPCG(1, 2))
	any := func(field string) string { return samples[field][chance.IntN(len(samples[field]))] }
	for n := range many {
		c := store.Customer{
			OrganisationID: organisationID, LegalName: any("legal_name"), TradeName: any("trade_name"), Email: any("email"), Phone: any("phone"),
			Postal: store.Address{
				City: any("postal_address.city"), Province: any("postal_address.province"), PostalCode: any("postal_address.postal_code"),
				Country: any("postal_address.country"),
			},
			Inactive: chance.IntN(2) == 0, Since: any("since"), PaymentTerms: chance.Int32N(5), VATCondition: chance.Int32N(5),
		}
		if n%3 == 0 {
			c.CUIT, c.DNI = fmt.Sprintf("%d0700000%03d", 2+n%2, n), fmt.Sprint(12345678-n*1000000)
		}
		c, err := b.CreateCustomer(ctx, c)
		check(t, err)
		all = append(all, c)
	}
	return all
}

func aListHasWhatItsFiltersFind(t *testing.T, b *bench) {
	o, other := employ(t, b, store.Production, "uno"), employ(t, b, store.Production, "dos")
	all := aCrowd(t, b, o.ID, 60)
	aCrowd(t, b, other.ID, 5)
	for field := range store.CustomerList().Fields {
		if len(samples[field]) == 0 {
			t.Errorf("no samples of %s", field)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		q := drawQuery(t)
		asked, err := store.CustomerList().Read(q)
		check(t, err)
		customers, total, err := b.Customers(ctx, o.ID, asked)
		check(t, err)
		var got []int64
		for _, c := range customers {
			got = append(got, c.ID)
		}
		want, of := found(all, q)
		wantSame(t, "the page", got, want)
		wantSame(t, "the total", total, of)
	})
}
