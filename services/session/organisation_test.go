package session_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/eventlog"
	"github.com/ventanilla/ventanilla/pkg/roletest"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

func organisations(r *roletest.Replica) sessionv1.OrganisationServiceClient {
	return sessionv1.NewOrganisationServiceClient(r.As("gateway"))
}

// organisation enters one in production.
func organisation(r *roletest.Replica, name string) int64 {
	r.T.Helper()
	made, err := organisations(r).CreateOrganisation(r.ByOperator("editor"), &sessionv1.CreateOrganisationRequest{
		Organisation: &sessionv1.Organisation{LegalName: name},
	})
	roletest.Check(r.T, err)
	return made.GetOrganisation().GetOrganisationId()
}

// member lets an account work in an organisation.
func member(r *roletest.Replica, organisationID int64, accountID string) {
	r.T.Helper()
	_, err := organisations(r).PutMember(r.ByOperator("editor"), &sessionv1.PutMemberRequest{
		OrganisationId: organisationID, Member: &sessionv1.Member{AccountId: accountID},
	})
	roletest.Check(r.T, err)
}

// wantProto compares messages.
func wantProto(t testing.TB, what string, got, want proto.Message) {
	t.Helper()
	if !proto.Equal(got, want) {
		t.Errorf("%s is\n%v, want\n%v", what, got, want)
	}
}

func TestOperatorsKeepOrganisations(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		at, by := organisations(r), p.ByOperator("editor")
		now := timestamppb.New(p.Clock.Now().Truncate(time.Millisecond))
		want := &sessionv1.Organisation{
			DataSet: authv1.DataSet_DATA_SET_STAGING, LegalName: "Panadería Ñandú S.A.", TradeName: "Ñandú", Cuit: "30-50000000-3", PlanId: 7, Type: "Demo",
			LogoPath: "/logos/7.png", LastDay: "2028-02-29", FiscalYearEnd: "12-31", Activity: "Panadería",
		}
		made, err := at.CreateOrganisation(by, &sessionv1.CreateOrganisationRequest{Organisation: want})
		roletest.Check(t, err)
		want.OrganisationId, want.Cuit, want.CreatedAt, want.UpdatedAt = made.GetOrganisation().GetOrganisationId(), "30500000003", now, now
		wantProto(t, "the new one", made.GetOrganisation(), want)

		changed, err := at.UpdateOrganisation(by, &sessionv1.UpdateOrganisationRequest{
			Organisation: &sessionv1.Organisation{OrganisationId: want.GetOrganisationId(), Disabled: true, Activity: "not this"},
			UpdateMask:   &fieldmaskpb.FieldMask{Paths: []string{"disabled", "trade_name"}},
		})
		roletest.Check(t, err)
		want.Disabled, want.TradeName = true, ""
		wantProto(t, "the changed one", changed.GetOrganisation(), want)
		got, err := at.GetOrganisation(p.ByOperator("viewer"), &sessionv1.GetOrganisationRequest{OrganisationId: want.GetOrganisationId()})
		roletest.Check(t, err)
		wantProto(t, "the one that is read", got.GetOrganisation(), want)

		mine := []int64{organisation(r, "b"), organisation(r, "a"), organisation(r, "c")}
		var listed []int64
		for request := (&sessionv1.ListOrganisationsRequest{PageSize: 2}); ; {
			page, err := at.ListOrganisations(p.ByOperator("viewer"), request)
			roletest.Check(t, err)
			for _, o := range page.GetOrganisations() {
				listed = append(listed, o.GetOrganisationId())
			}
			if request.PageToken = page.GetNextPageToken(); request.GetPageToken() == "" {
				break
			}
		}
		if fmt.Sprint(listed) != fmt.Sprint(mine) {
			t.Errorf("listed are %v, want %v", listed, mine)
		}
	})
}

func TestOrganisationsThatAreRefused(t *testing.T) {
	p := newPlatform(t)
	r := p.replica()
	at, by := organisations(r), p.ByOperator("editor")
	id := organisation(r, "uno")
	const invalid, missing = errorsv1.Reason_REASON_FIELD_INVALID, errorsv1.Reason_REASON_FIELD_MISSING
	for path, cases := range map[string]map[*sessionv1.Organisation]errorsv1.Reason{
		"legal_name": {
			{}: missing, {LegalName: " \t"}: missing, {LegalName: strings.Repeat("x", 201)}: invalid, {LegalName: "a\x00b"}: invalid, {LegalName: "a\nb"}: invalid,
		},
		"cuit":            {{Cuit: "30-50000000-4"}: invalid, {Cuit: "x"}: invalid, {Cuit: "' OR 1=1 --"}: invalid},
		"last_day":        {{LastDay: "2026-02-30"}: invalid, {LastDay: "tomorrow"}: invalid},
		"fiscal_year_end": {{FiscalYearEnd: "02-29"}: invalid, {FiscalYearEnd: "13-01"}: invalid},
		"activity":        {{Activity: "\x1b[2J"}: invalid},
		"plan_id":         {{PlanId: -1}: invalid},
	} {
		for o, reason := range cases {
			if path != "legal_name" {
				o.LegalName = "uno"
			}
			_, err := at.CreateOrganisation(by, &sessionv1.CreateOrganisationRequest{Organisation: o})
			roletest.WantField(t, err, reason, "organisation."+path)
			o.OrganisationId = id
			_, err = at.UpdateOrganisation(by, &sessionv1.UpdateOrganisationRequest{Organisation: o, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{path}}})
			roletest.WantField(t, err, reason, "organisation."+path)
		}
	}
	update := func(id int64, paths ...string) error {
		_, err := at.UpdateOrganisation(by, &sessionv1.UpdateOrganisationRequest{
			Organisation: &sessionv1.Organisation{OrganisationId: id, LegalName: "dos"}, UpdateMask: &fieldmaskpb.FieldMask{Paths: paths},
		})
		return err
	}
	roletest.WantField(t, update(id), missing, "update_mask")
	roletest.WantField(t, update(id, "legal_name", "data_set"), invalid, "update_mask.paths[1]")
	roletest.WantField(t, update(0, "legal_name"), missing, "organisation.organisation_id")
	roletest.WantReason(t, update(id+1, "legal_name"), errorsv1.Reason_REASON_ORGANISATION_NOT_FOUND)
	_, err := at.GetOrganisation(by, &sessionv1.GetOrganisationRequest{OrganisationId: id + 1})
	roletest.WantReason(t, err, errorsv1.Reason_REASON_ORGANISATION_NOT_FOUND)
	for _, token := range []string{"x", "-1", "0"} {
		_, err = at.ListOrganisations(by, &sessionv1.ListOrganisationsRequest{PageToken: token})
		roletest.WantField(t, err, invalid, "page_token")
	}
}

func TestOperatorsSayWhoWorksWhere(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		at, by := organisations(r), p.ByOperator("editor")
		id := organisation(r, "uno")
		developer := account(r, sessionv1.AccountKind_ACCOUNT_KIND_DEVELOPER, "taller").GetAccountId()
		ana := account(r, sessionv1.AccountKind_ACCOUNT_KIND_USER, "Ana@example.org").GetAccountId()
		berta := account(r, sessionv1.AccountKind_ACCOUNT_KIND_USER, "berta@example.org").GetAccountId()
		logIn(r, "taller", "ana@example.org")
		now := timestamppb.New(p.Clock.Now().Truncate(time.Millisecond))
		for _, account := range []string{berta, ana} {
			member(r, id, account)
		}
		listed, err := at.ListMembers(p.ByOperator("viewer"), &sessionv1.ListMembersRequest{OrganisationId: id, PageSize: 1})
		roletest.Check(t, err)
		wantProto(t, "the first page", listed, &sessionv1.ListMembersResponse{
			Members:       []*sessionv1.Member{{AccountId: ana, Login: "Ana@example.org", Since: now, LastLoginAt: now}},
			NextPageToken: listed.GetNextPageToken(),
		})
		listed, err = at.ListMembers(by, &sessionv1.ListMembersRequest{OrganisationId: id, PageSize: 1, PageToken: listed.GetNextPageToken()})
		roletest.Check(t, err)
		wantProto(t, "the last page", listed, &sessionv1.ListMembersResponse{
			Members: []*sessionv1.Member{{AccountId: berta, Login: "berta@example.org", Since: now}},
		})
		_, err = at.ListMembers(by, &sessionv1.ListMembersRequest{OrganisationId: id + 1})
		roletest.WantReason(t, err, errorsv1.Reason_REASON_ORGANISATION_NOT_FOUND)

		put := func(id int64, account string) error {
			_, err := at.PutMember(by, &sessionv1.PutMemberRequest{OrganisationId: id, Member: &sessionv1.Member{AccountId: account, Administrator: true}})
			return err
		}
		roletest.WantReason(t, put(id, developer), errorsv1.Reason_REASON_ACCOUNT_NOT_FOUND)
		roletest.WantReason(t, put(id+1, ana), errorsv1.Reason_REASON_ORGANISATION_NOT_FOUND)
		roletest.Check(t, put(id, ana))
		for _, want := range []errorsv1.Reason{errorsv1.Reason_REASON_UNSPECIFIED, errorsv1.Reason_REASON_MEMBER_NOT_FOUND} {
			_, err = at.DeleteMember(by, &sessionv1.DeleteMemberRequest{OrganisationId: id, AccountId: ana})
			roletest.WantReason(t, err, want)
		}
		events, _, err := eventlog.List(context.Background(), p.DB, eventlog.Filter{TargetPrefix: fmt.Sprint("organisation/", id, "/member/", ana)}, 0, 9)
		roletest.Check(t, err)
		var acts []string
		for _, e := range events {
			acts = append(acts, e.Act)
		}
		if got := strings.Join(acts, " "); got != "DeleteMember PutMember PutMember" {
			t.Errorf("the log has %s", got)
		}
	})
}
