package edgetest

import (
	"context"
	"fmt"
	"net/url"
	"testing"
	"unicode/utf8"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

// What PassKeys has.
const (
	// PassKey is a pass key of FunctionalityKey in production. BarePassKey is one in staging, of somebody of whom nothing is known.
	PassKey     = "7d8a4b1e-52d1-4b7e-9a53-0c4d0f6a8e21"
	BarePassKey = "7d8a4b1e-52d1-4b7e-9a53-0c4d0f6a8e22"
	// FunctionalityKey is a functionality whose address has a query. EchoKey is one whose address says what it was opened with.
	FunctionalityKey = "c2a8f3d4-6f0e-4f2a-8f4e-1b1f0b7d9a01"
	EchoKey          = "c2a8f3d4-6f0e-4f2a-8f4e-1b1f0b7d9a02"
	// BeneficiaryToken is a beneficiary's in production.
	BeneficiaryToken = "beneficiary.of.mosia"
)

// PassKeys is the part of the session service that is about pass keys and beneficiaries, and follows a script. Beneficiaries are
// "teste@teste.com", who logs in with the integration "int-1" and the password "s3cret", and "sem-aparelho", whom no message reaches;
// the integration "int-rejected" answers badly. A message for the functionality "inbox" has to be kept, one for "silent" must not be.
type PassKeys struct {
	sessionv1.UnimplementedPassKeyServiceServer
	sessionv1.UnimplementedBeneficiaryServiceServer
	// Fails is why calls fail; REASON_UNSPECIFIED for none.
	Fails errorsv1.Reason
	// Field is the field that failures name, if any.
	Field string
}

// Serve runs the service until the test ends and returns a connection to it.
func (p *PassKeys) Serve(t testing.TB) grpc.ClientConnInterface {
	t.Helper()
	return serve(t, func(server *grpc.Server) {
		sessionv1.RegisterPassKeyServiceServer(server, p)
		sessionv1.RegisterBeneficiaryServiceServer(server, p)
	})
}

// called checks what every call needs; one of a client comes with its internal token, that of a beneficiary without.
func (p *PassKeys) called(ctx context.Context, ofClient bool) error {
	if authenticated(ctx) != ofClient {
		return rpcerr.New(errorsv1.Reason_REASON_CREDENTIAL_INVALID, "scripted")
	}
	return fails(p.Fails, p.Field)
}

// redeem tells whether a pass key, which holds, is the bare one.
func (p *PassKeys) redeem(ctx context.Context, key *sessionv1.PassKey) (bare bool, err error) {
	if err := p.called(ctx, true); err != nil {
		return false, err
	}
	staging := key.GetDataSet() == authv1.DataSet_DATA_SET_STAGING
	if key.GetPassKey() != PassKey && !staging || key.GetPassKey() != BarePassKey && staging || key.GetFunctionalityKey() != FunctionalityKey {
		return false, rpcerr.New(errorsv1.Reason_REASON_PASS_KEY_INVALID, "scripted")
	}
	return staging, nil
}

// RedeemPassKey tells what document 003 shows.
func (p *PassKeys) RedeemPassKey(ctx context.Context, in *sessionv1.RedeemPassKeyRequest) (*sessionv1.RedeemPassKeyResponse, error) {
	bare, err := p.redeem(ctx, in.GetPassKey())
	if err != nil || bare {
		return &sessionv1.RedeemPassKeyResponse{UniqueKey: "nada", AttributesJson: "{}"}, err
	}
	return &sessionv1.RedeemPassKeyResponse{
		UniqueKey:      "teste@teste.com",
		AttributesJson: `{"numero_cartao_benef":"00010002000001000","cpf_benef":"92188083970","abcdef":9288701,"saldo":1.50,"ativo":true,"plano":null,"<é>":[{}]}`,
	}, nil
}

// GetPassKeyHousehold has three.
func (p *PassKeys) GetPassKeyHousehold(ctx context.Context, in *sessionv1.GetPassKeyHouseholdRequest) (*sessionv1.GetPassKeyHouseholdResponse, error) {
	bare, err := p.redeem(ctx, in.GetPassKey())
	if err != nil || bare {
		return &sessionv1.GetPassKeyHouseholdResponse{Members: []*sessionv1.HouseholdMember{{UniqueKey: "nada", Self: true}}}, err
	}
	return &sessionv1.GetPassKeyHouseholdResponse{Members: []*sessionv1.HouseholdMember{
		{UniqueKey: "teste@teste.com", GivenNames: "João", Surnames: "da Silva", Relation: "head", Self: true},
		{UniqueKey: "maria@teste.com", GivenNames: "Maria", Surnames: "da Silva", Relation: "partner"},
		{GivenNames: "Ana", Surnames: "Souza", Relation: "of a later version"},
	}}, nil
}

// GetPassKeyDevice has a device and where it was.
func (p *PassKeys) GetPassKeyDevice(ctx context.Context, in *sessionv1.GetPassKeyDeviceRequest) (*sessionv1.GetPassKeyDeviceResponse, error) {
	bare, err := p.redeem(ctx, in.GetPassKey())
	if err != nil {
		return nil, err
	}
	opened := &timestamppb.Timestamp{Seconds: 1644936988, Nanos: 177e6}
	if bare {
		return &sessionv1.GetPassKeyDeviceResponse{OpenedAt: opened}, nil
	}
	return &sessionv1.GetPassKeyDeviceResponse{
		Device:   &sessionv1.Device{Platform: "android", Model: "Pixel 8", AppVersion: "4.2.0"},
		Location: &sessionv1.Location{Latitude: -20.3155, Longitude: -40.3128, Accuracy: 12.5}, OpenedAt: opened,
	}, nil
}

// OpenFunctionality knows two functionalities.
func (p *PassKeys) OpenFunctionality(ctx context.Context, in *sessionv1.OpenFunctionalityRequest) (*sessionv1.OpenFunctionalityResponse, error) {
	if err := p.called(ctx, false); err != nil {
		return nil, err
	}
	opened := &sessionv1.OpenFunctionalityResponse{RedirectUri: "https://app.example/abrir?origem=app", PassKey: PassKey}
	switch {
	case in.GetBeneficiaryToken() != BeneficiaryToken:
		return nil, rpcerr.New(errorsv1.Reason_REASON_SESSION_INVALID, "scripted")
	case in.GetDataSet() != authv1.DataSet_DATA_SET_PRODUCTION:
		return nil, rpcerr.New(errorsv1.Reason_REASON_FUNCTIONALITY_NOT_FOUND, "scripted")
	case in.GetFunctionalityKey() == EchoKey:
		opened.RedirectUri = "https://app.example/" + url.PathEscape(echo(in))
	case in.GetFunctionalityKey() != FunctionalityKey:
		return nil, rpcerr.New(errorsv1.Reason_REASON_FUNCTIONALITY_NOT_FOUND, "scripted")
	}
	return opened, nil
}

// echo is what a functionality was opened with.
func echo(in *sessionv1.OpenFunctionalityRequest) string {
	told := "-"
	if d := in.GetDevice(); d != nil {
		told = fmt.Sprintf("%s-%s-%s-%s", d.GetPlatform(), d.GetModel(), d.GetOsVersion(), d.GetAppVersion())
	}
	if l := in.GetLocation(); l != nil {
		told += fmt.Sprintf("@%v,%v,%v", l.GetLatitude(), l.GetLongitude(), l.GetAccuracy())
	}
	return told
}

// given is the token that beneficiaries get.
var given = &sessionv1.BeneficiaryToken{Token: "session.of.beneficiary", ExpiresAt: &timestamppb.Timestamp{Seconds: 1732304919, Nanos: 217e6}}

// AuthenticateBeneficiary knows one.
func (p *PassKeys) AuthenticateBeneficiary(ctx context.Context, in *sessionv1.AuthenticateBeneficiaryRequest) (*sessionv1.AuthenticateBeneficiaryResponse, error) {
	if err := p.called(ctx, true); err != nil {
		return nil, err
	}
	if in.GetUniqueKey() != "teste@teste.com" {
		return nil, rpcerr.New(errorsv1.Reason_REASON_BENEFICIARY_NOT_FOUND, "scripted")
	}
	return &sessionv1.AuthenticateBeneficiaryResponse{Token: given}, nil
}

// LogInBeneficiary knows one.
func (p *PassKeys) LogInBeneficiary(ctx context.Context, in *sessionv1.LogInBeneficiaryRequest) (*sessionv1.LogInBeneficiaryResponse, error) {
	if err := p.called(ctx, true); err != nil {
		return nil, err
	}
	switch {
	case in.GetIntegrationKey() == "int-rejected":
		return nil, rpcerr.New(errorsv1.Reason_REASON_INTEGRATION_REJECTED, "scripted", rpcerr.Field("cpf_benef", "is blank"), rpcerr.Field("cartao", "is absent"))
	case in.GetIntegrationKey() != "int-1":
		return nil, rpcerr.New(errorsv1.Reason_REASON_INTEGRATION_NOT_FOUND, "scripted")
	case in.GetLogin() != "joao" || in.GetPassword() != "s3cret":
		return nil, rpcerr.New(errorsv1.Reason_REASON_LOGIN_REFUSED, "scripted")
	}
	return &sessionv1.LogInBeneficiaryResponse{Token: given, UniqueKey: "teste@teste.com"}, nil
}

// SendMessage reaches one.
func (p *PassKeys) SendMessage(ctx context.Context, in *sessionv1.SendMessageRequest) (*sessionv1.SendMessageResponse, error) {
	if err := p.called(ctx, true); err != nil {
		return nil, err
	}
	silent := in.GetFunctionality() == "silent"
	switch {
	case utf8.RuneCountInString(in.GetMessage()) > 178:
		return nil, rpcerr.Invalid("message", "is too long")
	case in.GetUniqueKey() == "sem-aparelho":
		return nil, rpcerr.New(errorsv1.Reason_REASON_MESSAGE_UNDELIVERABLE, "scripted")
	case in.GetUniqueKey() != "teste@teste.com":
		return nil, rpcerr.New(errorsv1.Reason_REASON_BENEFICIARY_NOT_FOUND, "scripted")
	case in.GetFunctionality() != "" && in.GetFunctionality() != "inbox" && !silent || in.GetNotKept() != silent:
		return nil, rpcerr.New(errorsv1.Reason_REASON_FUNCTIONALITY_NOT_FOUND, "scripted")
	}
	return &sessionv1.SendMessageResponse{DispatchId: "d-1"}, nil
}
