package session_test

import (
	"fmt"
	"slices"
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
