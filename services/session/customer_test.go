package session_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/roletest"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

// desk is where a user works: a session, and an organisation that the user is a member of.
type desk struct {
	*roletest.Replica
	sessionv1.WorkspaceServiceClient
	session *sessionv1.UserSession
	at      int64
}

// sitDown lets ana work in an organisation.
func sitDown(p *platform) *desk {
	p.T.Helper()
	r := p.replica()
	account(r, sessionv1.AccountKind_ACCOUNT_KIND_DEVELOPER, "taller")
	ana := account(r, sessionv1.AccountKind_ACCOUNT_KIND_USER, "ana@example.org")
	at := organisation(r, "Uno S.A.")
	member(r, at, ana.GetAccountId())
	return &desk{r, sessionv1.NewWorkspaceServiceClient(r.As("gateway")), logIn(r, "taller", "ana@example.org"), at}
}

func (d *desk) create(c *sessionv1.Customer) (*sessionv1.Customer, error) {
	c = proto.CloneOf(c)
	if c.GetOrganisationId() == 0 {
		c.OrganisationId = d.at
	}
	made, err := d.CreateCustomer(d.T.Context(), &sessionv1.CreateCustomerRequest{Session: d.session, Customer: c})
	return made.GetCustomer(), err
}

func (d *desk) update(c *sessionv1.Customer, paths ...string) (*sessionv1.Customer, error) {
	changed, err := d.UpdateCustomer(d.T.Context(), &sessionv1.UpdateCustomerRequest{Session: d.session, Customer: c, UpdatePaths: paths})
	return changed.GetCustomer(), err
}

func (d *desk) list(at int64, q *sessionv1.ListQuery) ([]string, int64, error) {
	listed, err := d.ListCustomers(d.T.Context(), &sessionv1.ListCustomersRequest{Session: d.session, OrganisationId: at, Query: q})
	var names []string
	for _, c := range listed.GetCustomers() {
		names = append(names, c.GetLegalName())
	}
	return names, listed.GetTotal(), err
}

func TestAMemberKeepsCustomers(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		d := sitDown(p)
		now := timestamppb.New(p.Clock.Now().Truncate(time.Millisecond))
		want := &sessionv1.Customer{
			LegalName: "Ñandú S.R.L.", TradeName: "Ñandú", Cuit: "30-50000000-3", Dni: "12.345.678", PostalAddress: &sessionv1.PostalAddress{Street: "Mitre 1", City: "Córdoba"},
			Phone: "+54 351 555-0100", Email: "compras@example.org", PaymentTerms: sessionv1.PaymentTerms_PAYMENT_TERMS_30_DAYS,
			VatCondition: sessionv1.VatCondition_VAT_CONDITION_REGISTERED, VatRate: "10.5", LedgerAccount: "4.1", CreditAccount: "1.3",
		}
		got, err := d.create(want)
		roletest.Check(t, err)
		want.CustomerId, want.OrganisationId, want.Cuit, want.Dni, want.FiscalAddress = got.GetCustomerId(), d.at, "30500000003", "12345678", &sessionv1.PostalAddress{}
		want.CreatedAt, want.UpdatedAt, want.Since = now, now, p.Clock.Now().UTC().Add(-3*time.Hour).Format(time.DateOnly)
		wantProto(t, "the new one", got, want)

		change := &sessionv1.Customer{
			CustomerId: want.GetCustomerId(), OrganisationId: d.at, LegalName: "not this", Inactive: true, Since: "2020-02-29",
			PostalAddress: &sessionv1.PostalAddress{City: "Rosario", Street: "not this"}, FiscalAddress: &sessionv1.PostalAddress{City: "Salta", Country: "Argentina"},
		}
		got, err = d.update(change, "postal_address.city", "postal_address.province", "fiscal_address", "inactive", "since", "phone")
		roletest.Check(t, err)
		want.PostalAddress.City, want.FiscalAddress, want.Inactive, want.Since, want.Phone = "Rosario", change.GetFiscalAddress(), true, "2020-02-29", ""
		wantProto(t, "the changed one", got, want)
		got, err = d.update(&sessionv1.Customer{CustomerId: want.GetCustomerId(), OrganisationId: d.at}, "since", "fiscal_address", "postal_address.street")
		roletest.Check(t, err)
		want.Since, want.FiscalAddress, want.PostalAddress.Street = p.Clock.Now().UTC().Add(-3*time.Hour).Format(time.DateOnly), &sessionv1.PostalAddress{}, ""
		wantProto(t, "the one that was emptied", got, want)
		read, err := d.GetCustomer(t.Context(), &sessionv1.GetCustomerRequest{Session: d.session, OrganisationId: d.at, CustomerId: want.GetCustomerId()})
		roletest.Check(t, err)
		wantProto(t, "the one that is read", read.GetCustomer(), want)

		for _, name := range []string{"Zeta", "álamo", "ÁLAMO 100%"} {
			_, err := d.create(&sessionv1.Customer{LegalName: name})
			roletest.Check(t, err)
		}
		for want, q := range map[string]*sessionv1.ListQuery{
			"álamo, ÁLAMO 100%, Ñandú S.R.L., Zeta 4": {},
			"Ñandú S.R.L. 4": {
				Offset: 2, Limit: 1,
			},
			"álamo 1": {
				Filters: []*sessionv1.Filter{{Field: "legal_name", Operator: sessionv1.Operator_OPERATOR_EQUAL, Value: "Alamo"}},
			},
			"ÁLAMO 100%, álamo 2": {
				Filters: []*sessionv1.Filter{{Field: "legal_name", Operator: sessionv1.Operator_OPERATOR_LIKE, Value: "ala%"}},
				Orders:  []*sessionv1.Order{{Field: "vat_condition"}, {Field: "legal_name", Descending: true}},
			},
			"Ñandú S.R.L. 1": {Filters: []*sessionv1.Filter{
				{Field: "postal_address.city", Operator: sessionv1.Operator_OPERATOR_LIKE, Value: "ROSA"},
				{Field: "cuit", Operator: sessionv1.Operator_OPERATOR_EQUAL, Value: "30-50000000-3"},
			}},
		} {
			names, total, err := d.list(d.at, q)
			roletest.Check(t, err)
			if got := fmt.Sprint(strings.Join(names, ", "), " ", total); got != want {
				t.Errorf("listed are %q, want %q", got, want)
			}
		}
	})
}

func TestCustomersThatAreRefused(t *testing.T) {
	p := newPlatform(t)
	d := sitDown(p)
	kept, err := d.create(&sessionv1.Customer{LegalName: "uno", Cuit: "30500000003"})
	roletest.Check(t, err)
	const invalid, missing = errorsv1.Reason_REASON_FIELD_INVALID, errorsv1.Reason_REASON_FIELD_MISSING
	for path, c := range map[string]struct {
		customer *sessionv1.Customer
		reason   errorsv1.Reason
	}{
		"legal_name":          {&sessionv1.Customer{LegalName: " "}, missing},
		"cuit":                {&sessionv1.Customer{LegalName: "x", Cuit: "30500000004"}, invalid},
		"dni":                 {&sessionv1.Customer{LegalName: "x", Dni: "123"}, invalid},
		"since":               {&sessionv1.Customer{LegalName: "x", Since: "2026-13-01"}, invalid},
		"vat_rate":            {&sessionv1.Customer{LegalName: "x", VatRate: "100.01"}, invalid},
		"phone":               {&sessionv1.Customer{LegalName: "x", Phone: "1\r\n2"}, invalid},
		"postal_address.city": {&sessionv1.Customer{LegalName: "x", PostalAddress: &sessionv1.PostalAddress{City: "\x00"}}, invalid},
	} {
		_, err := d.create(c.customer)
		roletest.WantField(t, err, c.reason, "customer."+path)
		c.customer.CustomerId, c.customer.OrganisationId = kept.GetCustomerId(), d.at
		_, err = d.update(c.customer, path)
		roletest.WantField(t, err, c.reason, "customer."+path)
	}
	for _, rate := range []string{"0", "00", "21", "100", "100.00", "099.99"} {
		_, err := d.create(&sessionv1.Customer{LegalName: "x", VatRate: rate})
		roletest.Check(t, err)
	}
	_, err = d.create(&sessionv1.Customer{LegalName: "x", Cuit: "30-50000000-3"})
	roletest.WantField(t, err, errorsv1.Reason_REASON_CUSTOMER_EXISTS, "customer.cuit")

	key := &sessionv1.Customer{CustomerId: kept.GetCustomerId(), OrganisationId: d.at, LegalName: "dos"}
	_, err = d.update(key)
	roletest.WantField(t, err, missing, "update_paths")
	for _, path := range []string{"customer_id", "linked", "postal_address.", "postal_address.x", "phone.x", "*", "legal_name "} {
		_, err = d.update(key, "legal_name", path)
		roletest.WantField(t, err, invalid, "update_paths[1]")
	}
	_, err = d.update(&sessionv1.Customer{OrganisationId: d.at}, "legal_name")
	roletest.WantField(t, err, missing, "customer.customer_id")
	_, err = d.update(&sessionv1.Customer{CustomerId: 1}, "legal_name")
	roletest.WantField(t, err, missing, "customer.organisation_id")
	_, err = d.CreateCustomer(t.Context(), &sessionv1.CreateCustomerRequest{Session: d.session, Customer: &sessionv1.Customer{LegalName: "x"}})
	roletest.WantField(t, err, missing, "customer.organisation_id")
	for field, q := range map[string]*sessionv1.ListQuery{
		"query.filters[0].field": {Filters: []*sessionv1.Filter{{Field: "person_id", Operator: sessionv1.Operator_OPERATOR_EQUAL}}},
		"query.filters[0].value": {Filters: []*sessionv1.Filter{{Field: "inactive", Operator: sessionv1.Operator_OPERATOR_EQUAL, Value: "1"}}},
		"query.orders[0].field":  {Orders: []*sessionv1.Order{{Field: "street"}}},
		"query.limit":            {Limit: 501},
	} {
		_, _, err = d.list(d.at, q)
		roletest.WantField(t, err, invalid, field)
	}
	_, err = p.DB.Write.ExecContext(t.Context(), `UPDATE organisation SET customers = 100000 WHERE organisation_id = $1`, d.at)
	roletest.Check(t, err)
	_, err = d.create(&sessionv1.Customer{LegalName: "x"})
	roletest.WantField(t, err, invalid, "customer.organisation_id")
}

// calls are all that are about an organisation.
func (d *desk) calls(at, customer int64) map[string]error {
	_, create := d.create(&sessionv1.Customer{OrganisationId: at, LegalName: "x"})
	_, update := d.update(&sessionv1.Customer{OrganisationId: at, CustomerId: customer, LegalName: "x"}, "legal_name")
	_, getCustomer := d.GetCustomer(d.T.Context(), &sessionv1.GetCustomerRequest{Session: d.session, OrganisationId: at, CustomerId: customer})
	_, _, list := d.list(at, nil)
	_, get := d.GetUserOrganisation(d.T.Context(), &sessionv1.GetUserOrganisationRequest{Session: d.session, OrganisationId: at})
	return map[string]error{"create": create, "update": update, "get customer": getCustomer, "list": list, "get": get}
}

func TestOrganisationsOfOthersAreNotFound(t *testing.T) {
	p := newPlatform(t)
	d := sitDown(p)
	kept, err := d.create(&sessionv1.Customer{LegalName: "uno"})
	roletest.Check(t, err)
	others := organisation(d.Replica, "dos")
	for what, err := range d.calls(others, kept.GetCustomerId()) {
		t.Log(what)
		roletest.WantReason(t, err, errorsv1.Reason_REASON_ORGANISATION_NOT_FOUND)
	}
	ana, err := organisations(d.Replica).ListMembers(p.ByOperator("viewer"), &sessionv1.ListMembersRequest{OrganisationId: d.at})
	roletest.Check(t, err)
	member(d.Replica, others, ana.GetMembers()[0].GetAccountId())
	for what, err := range d.calls(others, kept.GetCustomerId()) {
		want := errorsv1.Reason_REASON_UNSPECIFIED
		if what == "update" || what == "get customer" {
			want = errorsv1.Reason_REASON_CUSTOMER_NOT_FOUND
		}
		t.Log(what)
		roletest.WantReason(t, err, want)
	}
	d.session.SessionKey = "nobody's"
	for what, err := range d.calls(d.at, kept.GetCustomerId()) {
		t.Log(what)
		roletest.WantReason(t, err, errorsv1.Reason_REASON_SESSION_INVALID)
	}
}

func TestInAShutOrganisationNothingIsDone(t *testing.T) {
	p := newPlatform(t)
	d := sitDown(p)
	kept, err := d.create(&sessionv1.Customer{LegalName: "uno"})
	roletest.Check(t, err)
	day := func(days int) string {
		return p.Clock.Now().UTC().Add(time.Duration(24*days-3) * time.Hour).Format(time.DateOnly)
	}
	for _, c := range []struct {
		disabled bool
		lastDay  string
		shut     bool
	}{{true, "", true}, {false, day(-1), true}, {false, day(0), false}, {true, day(1), true}, {false, "", false}} {
		_, err := organisations(d.Replica).UpdateOrganisation(p.ByOperator("editor"), &sessionv1.UpdateOrganisationRequest{
			Organisation: &sessionv1.Organisation{OrganisationId: d.at, Disabled: c.disabled, LastDay: c.lastDay},
			UpdateMask:   &fieldmaskpb.FieldMask{Paths: []string{"disabled", "last_day"}},
		})
		roletest.Check(t, err)
		for what, err := range d.calls(d.at, kept.GetCustomerId()) {
			want := errorsv1.Reason_REASON_UNSPECIFIED
			if c.shut && (what == "create" || what == "update") {
				want = errorsv1.Reason_REASON_ORGANISATION_CLOSED
			}
			t.Log(what, c)
			roletest.WantReason(t, err, want)
		}
	}
}

func TestAUserListsItsOrganisations(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		d := sitDown(p)
		previous := timestamppb.New(p.Clock.Now().Truncate(time.Millisecond))
		p.Clock.Advance(time.Hour)
		d.session = logIn(d.Replica, "taller", "ana@example.org")
		organisation(d.Replica, "another's")
		listed, err := d.ListUserOrganisations(t.Context(), &sessionv1.ListUserOrganisationsRequest{Session: d.session, Query: &sessionv1.ListQuery{
			Filters: []*sessionv1.Filter{{Field: "disabled", Operator: sessionv1.Operator_OPERATOR_EQUAL, Value: "false"}},
		}})
		roletest.Check(t, err)
		got, err := d.GetUserOrganisation(t.Context(), &sessionv1.GetUserOrganisationRequest{Session: d.session, OrganisationId: d.at})
		roletest.Check(t, err)
		wantProto(t, "the list", listed, &sessionv1.ListUserOrganisationsResponse{
			Organisations: []*sessionv1.UserOrganisation{got.GetOrganisation()}, Total: 1,
		})
		if o := got.GetOrganisation(); o.GetOrganisation().GetLegalName() != "Uno S.A." || o.GetAdministrator() || !proto.Equal(o.GetLastLoginAt(), previous) {
			t.Errorf("the organisation is %v", o)
		}
		_, err = d.ListUserOrganisations(t.Context(), &sessionv1.ListUserOrganisationsRequest{Session: d.session, Query: &sessionv1.ListQuery{
			Orders: []*sessionv1.Order{{Field: "legal_name"}, {Field: "plan_id"}},
		}})
		roletest.WantField(t, err, errorsv1.Reason_REASON_FIELD_INVALID, "query.orders[1].field")
	})
}

// A connection serves whoever comes, since no call holds one while it waits for another.
func TestAHundredCallersShareOneConnection(t *testing.T) {
	p := &platform{Platform: roletest.Open(t, role, testkit.Postgres(t), 1)}
	d := sitDown(p)
	var calling sync.WaitGroup
	names := make([]string, 100)
	for n := range names {
		names[n] = fmt.Sprintf("%03d", n)
		calling.Go(func() {
			if _, err := d.create(&sessionv1.Customer{LegalName: names[n]}); err != nil {
				t.Error(err)
			}
			if _, _, err := d.list(d.at, nil); err != nil {
				t.Error(err)
			}
		})
	}
	calling.Wait()
	got, total, err := d.list(d.at, &sessionv1.ListQuery{Limit: 500})
	roletest.Check(t, err)
	if !slices.Equal(got, names) || total != int64(len(names)) {
		t.Errorf("of a hundred there are %d", total)
	}
}
