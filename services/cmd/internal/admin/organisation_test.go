package admin

import (
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

func TestOrganisationsAreKept(t *testing.T) {
	organisation := &sessionv1.Organisation{OrganisationId: 7, DataSet: 1, LegalName: "Librería Austral S.R.L.", Cuit: "30712345671", PlanId: 2, LastDay: "2030-12-31"}
	d := &dispatcher{answers: map[string]proto.Message{
		"CreateOrganisation": &sessionv1.CreateOrganisationResponse{Organisation: organisation},
		"GetOrganisation":    &sessionv1.GetOrganisationResponse{Organisation: organisation},
		"ListOrganisations":  &sessionv1.ListOrganisationsResponse{Organisations: []*sessionv1.Organisation{organisation}},
		"UpdateOrganisation": &sessionv1.UpdateOrganisationResponse{Organisation: organisation},
	}}
	wantShown(t, runs(t, d, alone(CreateOrganisation.Run), &sessionv1.CreateOrganisationRequest{Organisation: &sessionv1.Organisation{
		DataSet: 1, LegalName: "Librería Austral S.R.L.", TradeName: "Austral", Cuit: "30-71234567-1", PlanId: 2, Type: "pyme", LogoPath: "/l.png",
		LastDay: "2030-12-31", FiscalYearEnd: "12-31", Activity: "Libros",
	}}, "Librería Austral S.R.L.", "--trade-name=Austral", "--cuit=30-71234567-1", "--plan=2", "--type=pyme", "--logo=/l.png", "--last-day=2030-12-31",
		"--fiscal-year-end=12-31", "--activity=Libros"), "7", "30712345671", "2030-12-31")
	runs(t, d, alone(ShowOrganisation.Run), &sessionv1.GetOrganisationRequest{OrganisationId: 7}, "7")
	wantShown(t, runs(t, d, alone(ListOrganisations.Run), &sessionv1.ListOrganisationsRequest{PageSize: 50, DataSet: 2}, "--data-set=staging"), "Librería")

	updated := proto.CloneOf(organisation)
	updated.LegalName, updated.LastDay, updated.Disabled = "Austral S.A.", "", true
	runs(t, d, alone(UpdateOrganisation.Run), &sessionv1.UpdateOrganisationRequest{
		Organisation: updated, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"legal_name", "disabled", "last_day"}},
	}, "7", "--legal-name=Austral S.A.", "--last-day=", "--disabled")
	if _, err := parse[UpdateOrganisation](t, "7"); err == nil {
		t.Error("nothing was changed")
	}
}

func TestMembersAndCustomers(t *testing.T) {
	member := &sessionv1.Member{AccountId: "a1", Login: "ana", Administrator: true}
	d := &dispatcher{answers: map[string]proto.Message{
		"PutMember": &sessionv1.PutMemberResponse{Member: member}, "DeleteMember": &sessionv1.DeleteMemberResponse{},
		"ListMembers":  &sessionv1.ListMembersResponse{Members: []*sessionv1.Member{member}},
		"LinkCustomer": &sessionv1.LinkCustomerResponse{},
	}}
	wantShown(t, runs(t, d, alone(PutMember.Run), &sessionv1.PutMemberRequest{OrganisationId: 7, Member: &sessionv1.Member{AccountId: "a1", Administrator: true}},
		"7", "a1", "--administrator"), "ana", "true")
	wantShown(t, runs(t, d, alone(ListMembers.Run), &sessionv1.ListMembersRequest{OrganisationId: 7, PageSize: 500}, "7"), "ana")
	wantShown(t, runs(t, d, alone(DeleteMember.Run), &sessionv1.DeleteMemberRequest{OrganisationId: 7, AccountId: "a1"}, "7", "a1"), "a1", "7")
	wantShown(t, runs(t, d, alone(LinkCustomer.Run), &sessionv1.LinkCustomerRequest{OrganisationId: 7, CustomerId: 3, PersonId: "p1"}, "7", "3", "p1"), "linked", "3")
	wantShown(t, runs(t, d, alone(LinkCustomer.Run), &sessionv1.LinkCustomerRequest{OrganisationId: 7, CustomerId: 3}, "7", "3"), "unlinked")
}
