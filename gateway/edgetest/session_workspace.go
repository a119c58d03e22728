package edgetest

import (
	"context"
	"slices"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

// SessionKey is the key of the one session of Workspaces: of the user "ana@ejemplo.example", opened by the developer
// "dev@ejemplo.example". Passwords are "s3cret" for all, or document 004's.
const SessionKey = "b5a97564ad59e624a6ba545ecd3ca112"

// Workspaces is the part of the session service that is about sessions and what users do with them, and follows a script. The staging data
// set has a developer alone, "dev@staging.example". The user is a member of the organisations 7, and 8, which is shut; 7 has the
// customers 31 and 32, of whom nobody knows who 32 is, and the notification "n-1". What lists are asked is what they answer: the
// filters and orders are in the activity of the first organisation, or in the name of the first customer.
type Workspaces struct {
	sessionv1.UnimplementedSessionServiceServer
	sessionv1.UnimplementedWorkspaceServiceServer
	// Fails is why calls fail, but those that ask whether a credential holds; REASON_UNSPECIFIED for none.
	Fails errorsv1.Reason
	// Field is the field that failures name, if any.
	Field string
}

// Serve runs the service until the test ends and returns a connection to it.
func (s *Workspaces) Serve(t testing.TB) grpc.ClientConnInterface {
	t.Helper()
	return serve(t, func(server *grpc.Server) {
		sessionv1.RegisterSessionServiceServer(server, s)
		sessionv1.RegisterWorkspaceServiceServer(server, s)
	})
}

// developer checks the credential of every call, which comes without an internal token.
func (s *Workspaces) developer(ctx context.Context, in *sessionv1.DeveloperCredential) error {
	login := map[authv1.DataSet]string{
		authv1.DataSet_DATA_SET_PRODUCTION: "dev@ejemplo.example", authv1.DataSet_DATA_SET_STAGING: "dev@staging.example",
	}[in.GetDataSet()]
	if authenticated(ctx) || in.GetLogin() != login || !known(in.GetPassword()) || in.GetAddress() != "127.0.0.1" {
		return scripted(errorsv1.Reason_REASON_CREDENTIAL_INVALID)
	}
	return nil
}

// user checks the session of a call.
func (s *Workspaces) user(ctx context.Context, in *sessionv1.UserSession) error {
	if err := s.developer(ctx, in.GetDeveloper()); err != nil {
		return err
	}
	if in.GetUser() != "ana@ejemplo.example" || in.GetSessionKey() != SessionKey {
		return scripted(errorsv1.Reason_REASON_SESSION_INVALID)
	}
	return nil
}

// called checks a call in an organisation; a session is enough for 0.
func (s *Workspaces) called(ctx context.Context, in *sessionv1.UserSession, organisation int64) error {
	if err := s.user(ctx, in); err != nil {
		return err
	}
	if err := fails(s.Fails, s.Field); err != nil {
		return err
	}
	switch {
	case organisation < 0:
		return scripted(errorsv1.Reason_REASON_FIELD_INVALID, "organisation_id")
	case !slices.Contains([]int64{0, 7, 8}, organisation):
		return scripted(errorsv1.Reason_REASON_ORGANISATION_NOT_FOUND)
	}
	return nil
}

// behalf checks for whom a call is.
func (s *Workspaces) behalf(ctx context.Context, in *sessionv1.UserSession, of *sessionv1.Behalf) error {
	if err := s.called(ctx, in, of.GetOrganisationId()); err != nil {
		return err
	}
	switch {
	case of.GetOrganisationId() == 8:
		return scripted(errorsv1.Reason_REASON_ORGANISATION_CLOSED)
	case of.GetCustomerId() == 32:
		return scripted(errorsv1.Reason_REASON_SUBJECT_UNKNOWN)
	case of.GetCustomerId() != 0 && of.GetCustomerId() != 31:
		return scripted(errorsv1.Reason_REASON_CUSTOMER_NOT_FOUND)
	}
	return nil
}

func life() *sessionv1.SessionLife {
	return &sessionv1.SessionLife{OpenedAt: at(-60), IdleExpiresAt: at(3540), ExpiresAt: at(43140)}
}

// CheckDeveloper looks at the credential.
func (s *Workspaces) CheckDeveloper(ctx context.Context, in *sessionv1.CheckDeveloperRequest) (*sessionv1.CheckDeveloperResponse, error) {
	return &sessionv1.CheckDeveloperResponse{}, s.developer(ctx, in.GetDeveloper())
}

// known tells whether a password is everybody's.
func known(password string) bool {
	return password == "s3cret" || password == "d0edfe89f30a78ef45ab9a22bd0f826b"
}

// OpenSession opens the one session.
func (s *Workspaces) OpenSession(ctx context.Context, in *sessionv1.OpenSessionRequest) (*sessionv1.OpenSessionResponse, error) {
	if err := s.developer(ctx, in.GetDeveloper()); err != nil {
		return nil, err
	}
	if err := fails(s.Fails, s.Field); err != nil {
		return nil, err
	}
	if in.GetUser() != "ana@ejemplo.example" || !known(in.GetPassword()) {
		return nil, scripted(errorsv1.Reason_REASON_LOGIN_REFUSED)
	}
	return &sessionv1.OpenSessionResponse{SessionKey: SessionKey, Life: life()}, nil
}

// CheckSession tells of it.
func (s *Workspaces) CheckSession(ctx context.Context, in *sessionv1.CheckSessionRequest) (*sessionv1.CheckSessionResponse, error) {
	return &sessionv1.CheckSessionResponse{Life: life()}, s.user(ctx, in.GetSession())
}

// CloseSession ends it.
func (s *Workspaces) CloseSession(ctx context.Context, in *sessionv1.CloseSessionRequest) (*sessionv1.CloseSessionResponse, error) {
	return &sessionv1.CloseSessionResponse{}, s.called(ctx, in.GetSession(), 0)
}

func organisation(id int64) *sessionv1.UserOrganisation {
	if id == 8 {
		return &sessionv1.UserOrganisation{Organisation: &sessionv1.Organisation{OrganisationId: 8, LegalName: "Cerrada S.A.", Disabled: true}}
	}
	return &sessionv1.UserOrganisation{
		Organisation: &sessionv1.Organisation{
			OrganisationId: 7, LegalName: "Ñandú & Hijos <S.A.>", TradeName: "Ñandú", Cuit: "30712345671", PlanId: 2, Type: "pyme",
			LogoPath: "/logos/7.png", LastDay: "2030-12-31", FiscalYearEnd: "12-31", Activity: "Comercio",
		},
		Administrator: true, LastLoginAt: at(-86400),
	}
}

// ListUserOrganisations says what it was asked.
func (s *Workspaces) ListUserOrganisations(ctx context.Context, in *sessionv1.ListUserOrganisationsRequest) (*sessionv1.ListUserOrganisationsResponse, error) {
	if err := s.called(ctx, in.GetSession(), 0); err != nil {
		return nil, err
	}
	first := organisation(7)
	if asked := said(in.GetQuery()); asked != "" {
		first.Organisation.Activity = asked
	}
	return &sessionv1.ListUserOrganisationsResponse{Organisations: []*sessionv1.UserOrganisation{first, organisation(8)}, Total: 2}, nil
}

// GetUserOrganisation returns one.
func (s *Workspaces) GetUserOrganisation(ctx context.Context, in *sessionv1.GetUserOrganisationRequest) (*sessionv1.GetUserOrganisationResponse, error) {
	return &sessionv1.GetUserOrganisationResponse{Organisation: organisation(in.GetOrganisationId())}, s.called(ctx, in.GetSession(), in.GetOrganisationId())
}

// ListPotentialBenefits has two.
func (s *Workspaces) ListPotentialBenefits(ctx context.Context, in *sessionv1.ListPotentialBenefitsRequest) (*sessionv1.ListPotentialBenefitsResponse, error) {
	if err := s.behalf(ctx, in.GetSession(), in.GetBehalf()); err != nil {
		return nil, err
	}
	if in.GetCategory() == "none" {
		return nil, scripted(errorsv1.Reason_REASON_FIELD_INVALID, "category")
	}
	return &sessionv1.ListPotentialBenefitsResponse{Decisions: []*benefitsv1.Decision{
		{BenefitId: "b-1", Category: "salud", Title: "Uno", Description: "El primero", Url: "https://b.example/1", Outcome: benefitsv1.Outcome_OUTCOME_ELIGIBLE},
		{BenefitId: "b-2", Category: "salud", Title: "Dos", Description: "El segundo", Url: "https://b.example/2", Outcome: benefitsv1.Outcome_OUTCOME_POTENTIAL},
	}}, nil
}

// GetUserProfile has one.
func (s *Workspaces) GetUserProfile(ctx context.Context, in *sessionv1.GetUserProfileRequest) (*sessionv1.GetUserProfileResponse, error) {
	return &sessionv1.GetUserProfileResponse{Profile: &sessionv1.PersonProfile{
		GivenNames: "Ana María", FirstSurname: "Núñez", SecondSurname: "Paz", Verified: true, Reachable: true,
	}}, s.behalf(ctx, in.GetSession(), in.GetBehalf())
}

// SendNotification sends none, but says so.
func (s *Workspaces) SendNotification(ctx context.Context, in *sessionv1.SendNotificationRequest) (*sessionv1.SendNotificationResponse, error) {
	if err := s.behalf(ctx, in.GetSession(), in.GetBehalf()); err != nil {
		return nil, err
	}
	switch {
	case in.GetChannel() == notificationsv1.Channel_CHANNEL_SAT:
		return nil, scripted(errorsv1.Reason_REASON_MESSAGE_UNDELIVERABLE)
	case in.GetReference() == "other":
		return nil, scripted(errorsv1.Reason_REASON_MESSAGE_CONFLICT, "reference")
	}
	return &sessionv1.SendNotificationResponse{NotificationId: "n-1", Status: notificationsv1.Status_STATUS_ACCEPTED}, nil
}

// GetNotification returns the one.
func (s *Workspaces) GetNotification(ctx context.Context, in *sessionv1.GetNotificationRequest) (*sessionv1.GetNotificationResponse, error) {
	if err := s.called(ctx, in.GetSession(), in.GetOrganisationId()); err != nil {
		return nil, err
	}
	if in.GetNotificationId() != "n-1" {
		return nil, scripted(errorsv1.Reason_REASON_NOTIFICATION_NOT_FOUND)
	}
	return &sessionv1.GetNotificationResponse{
		Status: notificationsv1.Status_STATUS_DELIVERED, Channel: notificationsv1.Channel_CHANNEL_SMS, CreatedAt: at(-60), ChangedAt: at(-30), Attempts: 1,
	}, nil
}

// said is a message of a call as text that is always alike.
func said(m proto.Message) string {
	if proto.Size(m) == 0 {
		return ""
	}
	text, err := stable.Marshal(m)
	if err != nil {
		return err.Error()
	}
	return string(text)
}
