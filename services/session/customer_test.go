package session_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/roletest"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

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
