// Package mosia is the dialect of the pass-key API: data behind a pass key, tokens and messages for beneficiaries, and the opening of
// functionalities, which gives pass keys. Its texts are Portuguese, and every answer but a redirect is an envelope, whose statusCode is
// the HTTP status.
package mosia

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc"

	"github.com/ventanilla/ventanilla/gateway/dialect"
	"github.com/ventanilla/ventanilla/gateway/edge"
	"github.com/ventanilla/ventanilla/gateway/oauth"
	"github.com/ventanilla/ventanilla/gateway/wirejson"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

// Name is the family's name.
const Name = "mosia"

// The endpoints.
const (
	// UserPath tells who opened a functionality.
	UserPath = "/clientes/chavePasse/usuario"
	// HouseholdPath tells with whom they live.
	HouseholdPath = "/clientes/chavePasse/grupoFamiliar"
	// SystemPath tells with what they opened it.
	SystemPath = "/clientes/chavePasse/sistema"
	// OpeningPath opens a functionality.
	OpeningPath = "/clientes/funcionalidade/abrir"
	// AuthenticationPath gives a token for a beneficiary.
	AuthenticationPath = "/clientes/utilitarios/seguranca/chaveAuth"
	// LoginPath gives one for a login through an integration.
	LoginPath = "/clientes/utilitarios/seguranca/login"
	// MessagePath sends a message.
	MessagePath = "/clientes/mensageria/envio"
)

// Config is the section "mosia" of the configuration.
type Config struct {
	// OptionalInstance lets old clients leave instanciaApp out: they are served the data set of their token.
	OptionalInstance bool `koanf:"optional_instance"`
}

// adapter serves the family from the session service.
type adapter struct {
	cfg           Config
	clients       clients
	passKeys      sessionv1.PassKeyServiceClient
	beneficiaries sessionv1.BeneficiaryServiceClient
	clock         func() time.Time
	json          wirejson.JSON
}

// New makes the family. Callers are known by exchanger, everything else by the session service.
func New(exchanger oauth.Exchanger, session grpc.ClientConnInterface, clock func() time.Time, cfg Config) (edge.Family, error) {
	a := &adapter{
		cfg: cfg, clients: clients{exchanger}, clock: clock,
		passKeys: sessionv1.NewPassKeyServiceClient(session), beneficiaries: sessionv1.NewBeneficiaryServiceClient(session),
	}
	handler, err := dialect.NewHandler(a.register)
	if err != nil {
		return edge.Family{}, err
	}
	object := []string{wirejson.MediaType}
	return edge.Family{
		Name:     Name,
		Prefixes: []string{"/clientes"},
		Routes: []edge.Route{
			{Method: http.MethodGet, Path: UserPath},
			{Method: http.MethodGet, Path: HouseholdPath},
			{Method: http.MethodGet, Path: SystemPath},
			{Method: http.MethodGet, Path: OpeningPath},
			{Method: http.MethodPost, Path: OpeningPath, Consumes: []string{wirejson.FormMediaType, wirejson.MediaType}},
			{Method: http.MethodPost, Path: AuthenticationPath, Consumes: object},
			{Method: http.MethodPost, Path: LoginPath, Consumes: object},
			{Method: http.MethodPost, Path: MessagePath, Consumes: object},
		},
		Handler:    handler,
		WriteError: a.writeError,
	}, nil
}

// register puts the endpoints onto a mux. They have handlers of their own, for the generated ones read a body before its
// caller is known, and do not redirect.
func (a *adapter) register(_ context.Context, mux *runtime.ServeMux) error {
	return errors.Join(
		mux.HandlePath(http.MethodGet, UserPath, a.answer(a.user)),
		mux.HandlePath(http.MethodGet, HouseholdPath, a.answer(a.household)),
		mux.HandlePath(http.MethodGet, SystemPath, a.answer(a.system)),
		mux.HandlePath(http.MethodGet, OpeningPath, a.redirect(a.open)),
		mux.HandlePath(http.MethodPost, OpeningPath, a.redirect(a.submit)),
		mux.HandlePath(http.MethodPost, AuthenticationPath, a.answer(a.authenticate)),
		mux.HandlePath(http.MethodPost, LoginPath, a.answer(a.logIn)),
		mux.HandlePath(http.MethodPost, MessagePath, a.answer(a.sendMessage)),
	)
}
