package edgetest

import (
	"context"
	"slices"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// CardSignature is that of every card of Identity: the signature of document 002's example.
const CardSignature = "ED-K0rHdENdgdMOhcPgD12iRGA1K1lP6Wz-UwSZzj8VOe4MsMdTVPMWJFcAS9YVs6-wgbsr4nt3TaZeFc2UwBg"

// Identity is an identity service that follows a script. It knows
//   - production's cards "1zr1RN" (of a student who is a worker and a visitor too), "bare01" (of a person with the least said),
//     "revok1" and "expir1"; staging's card "stag01"; all of them with CardSignature;
//   - a catalogue of programmes with three entries, and for staging with one; the others are empty;
//   - citizens (see identity_citizen.go).
type Identity struct {
	identityv1.UnimplementedProfileServiceServer
	identityv1.UnimplementedCardServiceServer
	identityv1.UnimplementedCatalogueServiceServer
	identityv1.UnimplementedCitizenServiceServer
	// Fails is why calls fail; REASON_UNSPECIFIED for none.
	Fails errorsv1.Reason
	// Field is the field that failures name, if any.
	Field string
}

// Serve runs the service until the test ends and returns a connection to it.
func (i *Identity) Serve(t testing.TB) grpc.ClientConnInterface {
	t.Helper()
	return serve(t, func(server *grpc.Server) {
		identityv1.RegisterProfileServiceServer(server, i)
		identityv1.RegisterCardServiceServer(server, i)
		identityv1.RegisterCatalogueServiceServer(server, i)
		identityv1.RegisterCitizenServiceServer(server, i)
	})
}

// called checks what every call needs; one of a client comes with its internal token, any other without.
func (i *Identity) called(ctx context.Context, ofClient bool) error {
	if err := fails(i.Fails, i.Field); err != nil {
		return err
	}
	if authenticated(ctx) != ofClient {
		return rpcerr.New(errorsv1.Reason_REASON_CREDENTIAL_INVALID, "scripted")
	}
	return nil
}

// find fails unless the data set has a card of the folio and the signature, and the call says why it asks.
func find(set authv1.DataSet, folio, signature string, why *identityv1.Access) error {
	folios := []string{"1zr1RN", "bare01", "revok1", "expir1"}
	if set == authv1.DataSet_DATA_SET_STAGING {
		folios = []string{"stag01"}
	}
	switch {
	case why.GetPurpose() == "":
		return rpcerr.New(errorsv1.Reason_REASON_FIELD_MISSING, "scripted", rpcerr.Field("access.purpose", "required"))
	case !slices.Contains(folios, folio) || signature != CardSignature:
		return rpcerr.New(errorsv1.Reason_REASON_CARD_NOT_FOUND, "scripted")
	}
	return nil
}

// GetProfile tells the purpose of the call as a given name, so that cases show it.
func (i *Identity) GetProfile(ctx context.Context, in *identityv1.GetProfileRequest) (*identityv1.GetProfileResponse, error) {
	if err := i.called(ctx, true); err != nil {
		return nil, err
	}
	if err := find(in.GetDataSet(), in.GetFolio(), in.GetSignature(), in.GetAccess()); err != nil {
		return nil, err
	}
	switch in.GetFolio() {
	case "revok1":
		return nil, rpcerr.New(errorsv1.Reason_REASON_CARD_REVOKED, "scripted")
	case "1zr1RN":
		return profile(in), nil
	}
	return &identityv1.GetProfileResponse{
		Folio: in.GetFolio(), GivenNames: in.GetAccess().GetPurpose(), Memberships: []*identityv1.ProfileMembership{
			{Membership: &identityv1.Membership{MembershipId: "m-1", Type: identityv1.MembershipType_MEMBERSHIP_TYPE_STUDENT_POSTGRADUATE, Status: "ADMITIDO"}},
			{Membership: &identityv1.Membership{MembershipId: "m-2", Type: identityv1.MembershipType_MEMBERSHIP_TYPE_WORKER_TEACHING, Status: "JUBILADO"}},
			{Membership: &identityv1.Membership{MembershipId: "m-3", Type: identityv1.MembershipType_MEMBERSHIP_TYPE_STAFF, Status: "ACTIVO"}},
		},
	}, nil
}

func profile(in *identityv1.GetProfileRequest) *identityv1.GetProfileResponse {
	student := &identityv1.Membership{
		MembershipId: "m-1", Type: identityv1.MembershipType_MEMBERSHIP_TYPE_STUDENT_UNDERGRADUATE, Programme: "06895",
		AcademicUnit: "UA1", Term: "AGO2013", Status: "INSCRITO", ValidUntil: "2026-12-31", HasCard: true,
	}
	worker := &identityv1.Membership{
		MembershipId: "m-2", Type: identityv1.MembershipType_MEMBERSHIP_TYPE_WORKER_ADMINISTRATIVE, Department: "12", Status: "ACTIVO",
	}
	visitor := &identityv1.Membership{
		MembershipId: "m-3", Type: identityv1.MembershipType_MEMBERSHIP_TYPE_EXTERNAL, Entity: "Fundación <Ñandú>", Status: "ACTIVO", ValidUntil: "2026-06-30",
	}
	answer := &identityv1.GetProfileResponse{
		Folio: in.GetFolio(), GivenNames: in.GetAccess().GetPurpose(), FirstSurname: "LADRON DE GUEVARA", SecondSurname: "DE LA TEJERA",
		PhotoAccepted: true, HasCard: true, MobileIdentity: true,
		Memberships: []*identityv1.ProfileMembership{
			{Membership: student, ProgrammeName: "CIENCIAS DE LA EDUCACION", AcademicUnitName: "Unidad Académica de Educación"},
			{Membership: worker, DepartmentName: "Secretaría de Docencia"},
			{Membership: visitor},
		},
	}
	if in.GetExtended() {
		answer.PhotoUrl = "https://fotos.example/1zr1RN"
		answer.Contacts = []*identityv1.Contact{
			{Kind: identityv1.ContactKind_CONTACT_KIND_POSTAL, Value: "Ciudad de la Cultura"},
			{Kind: identityv1.ContactKind_CONTACT_KIND_EMAIL, Value: "consuelo@uni.example"},
			{Kind: identityv1.ContactKind_CONTACT_KIND_EMAIL, Value: "otra@uni.example"},
			{Kind: identityv1.ContactKind_CONTACT_KIND_PHONE, Value: "(311) 555 0100"},
		}
		student.Number = "19003500"
		worker.Number, worker.Position, worker.HiredOn, worker.SalaryLevel = "04711", "Analista", "2009-02-16", "7"
	}
	return answer
}

// ListCatalogue pages through what there is.
func (i *Identity) ListCatalogue(ctx context.Context, in *identityv1.ListCatalogueRequest) (*identityv1.ListCatalogueResponse, error) {
	if err := i.called(ctx, true); err != nil {
		return nil, err
	}
	var entries []*identityv1.CatalogueEntry
	if in.GetCatalogue() == identityv1.Catalogue_CATALOGUE_PROGRAMMES {
		entries = []*identityv1.CatalogueEntry{
			{Code: "12", Name: "ENFERMERÍA"}, {Code: "345", Name: "DERECHO"}, {Code: "6895", Name: "CIENCIAS DE LA EDUCACION"},
		}
		if in.GetDataSet() == authv1.DataSet_DATA_SET_STAGING {
			entries = entries[:1]
		}
	}
	size := int64(len(entries))
	from := min((in.GetPage()-1)*int64(in.GetPageSize()), size)
	to := min(from+int64(in.GetPageSize()), size)
	return &identityv1.ListCatalogueResponse{Entries: entries[from:to], Total: size}, nil
}

// GetCardStatus knows the cards.
func (i *Identity) GetCardStatus(ctx context.Context, in *identityv1.GetCardStatusRequest) (*identityv1.GetCardStatusResponse, error) {
	if err := i.called(ctx, false); err != nil {
		return nil, err
	}
	if err := find(in.GetDataSet(), in.GetFolio(), in.GetSignature(), in.GetAccess()); err != nil {
		return nil, err
	}
	midnight := &timestamppb.Timestamp{Seconds: 1798761600} // the end of 2026-12-31
	switch in.GetFolio() {
	case "revok1":
		return &identityv1.GetCardStatusResponse{
			State: identityv1.CardState_CARD_STATE_REVOKED, RevocationReason: identityv1.RevocationReason_REVOCATION_REASON_LOST,
			ExpiresAt: midnight, RevokedAt: &timestamppb.Timestamp{Seconds: 1764093600, Nanos: 1e6},
		}, nil
	case "expir1":
		return &identityv1.GetCardStatusResponse{State: identityv1.CardState_CARD_STATE_EXPIRED, ExpiresAt: midnight}, nil
	}
	return &identityv1.GetCardStatusResponse{State: identityv1.CardState_CARD_STATE_LIVE}, nil
}

// cardKeySet has a member that none of ours has.
const cardKeySet = `{"keys":[{"use":"sig","kty":"OKP","kid":"k1","alg":"EdDSA","crv":"Ed25519","x":"PWgp_-","x5t":"AQAB"}]}`

// GetCardKeys has one key.
func (i *Identity) GetCardKeys(ctx context.Context, in *identityv1.GetCardKeysRequest) (*identityv1.GetCardKeysResponse, error) {
	if err := i.called(ctx, false); err != nil {
		return nil, err
	}
	if in.GetDataSet() == authv1.DataSet_DATA_SET_STAGING {
		return &identityv1.GetCardKeysResponse{Jwks: []byte(`{"keys":[]}`), Validators: []string{"https://id.example/cs"}}, nil
	}
	return &identityv1.GetCardKeysResponse{Jwks: []byte(cardKeySet), Validators: []string{"https://id.example/c"}}, nil
}

// GetRevocationList has a list for each data set.
func (i *Identity) GetRevocationList(ctx context.Context, in *identityv1.GetRevocationListRequest) (*identityv1.GetRevocationListResponse, error) {
	if err := i.called(ctx, false); err != nil {
		return nil, err
	}
	jws := "production.list.signature"
	if in.GetDataSet() == authv1.DataSet_DATA_SET_STAGING {
		jws = "staging.list.signature"
	}
	return &identityv1.GetRevocationListResponse{Jws: jws, ExpiresAt: &timestamppb.Timestamp{Seconds: 1764093600}}, nil
}
