package platform

import (
	"time"

	"google.golang.org/grpc"

	"github.com/ventanilla/ventanilla/gateway/credential"
	"github.com/ventanilla/ventanilla/gateway/dialect/cmp"
	"github.com/ventanilla/ventanilla/gateway/dialect/colppy"
	"github.com/ventanilla/ventanilla/gateway/dialect/iddi"
	"github.com/ventanilla/ventanilla/gateway/dialect/mosia"
	"github.com/ventanilla/ventanilla/gateway/dialect/native"
	"github.com/ventanilla/ventanilla/gateway/dialect/tuidd"
	"github.com/ventanilla/ventanilla/gateway/edge"
	"github.com/ventanilla/ventanilla/gateway/web"
	"github.com/ventanilla/ventanilla/pkg/authn"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	"github.com/ventanilla/ventanilla/services/auth"
	"github.com/ventanilla/ventanilla/services/benefits"
	"github.com/ventanilla/ventanilla/services/identity"
	"github.com/ventanilla/ventanilla/services/notifications"
	"github.com/ventanilla/ventanilla/services/session"
)

// clients are what the families call. The zero value is for families through which nobody is called.
type clients struct {
	tokens authv1.TokenServiceClient
	// identity, benefits, notifications and session lead to the roles, whose services have a client each.
	identity, benefits, notifications, session grpc.ClientConnInterface
}

// clientsOf makes them over the connections to the services, by role.
func clientsOf(conns map[string]*grpc.ClientConn) clients {
	return clients{
		tokens:   authv1.NewTokenServiceClient(conns[auth.Role]),
		identity: conns[identity.Role], benefits: conns[benefits.Role], notifications: conns[notifications.Role], session: conns[session.Role],
	}
}

// partners are the families whose clients can be registered. colppy's developers have accounts of the session service.
func partners() []string { return []string{cmp.Name, tuidd.Name, iddi.Name, mosia.Name} }

// familyScopes are what a family's document gives to every key of its clients.
func familyScopes() map[string][]string { return map[string][]string{iddi.Name: {"perfil"}} }

// families are those of the edge.
func families(to clients, revocations *authn.Revocations, settings Settings) ([]edge.Family, error) {
	issuer := settings.Auth.Issuer
	exchanger, err := credential.NewExchanger(to.tokens, revocations, edge.Callers{}, time.Now)
	if err != nil {
		return nil, err
	}
	paced, err := credential.NewPaced(to.tokens, edge.Callers{}, time.Now)
	if err != nil {
		return nil, err
	}
	redProteccionSocial, err := cmp.New(paced, exchanger, to.identity, to.benefits, tuidd.Name)
	if err != nil {
		return nil, err
	}
	mobileConnect, err := tuidd.New(to.tokens, exchanger, to.notifications, issuer)
	if err != nil {
		return nil, err
	}
	universityIdentity, err := iddi.New(paced, exchanger, to.identity, issuer)
	if err != nil {
		return nil, err
	}
	passKeys, err := mosia.New(exchanger, to.session, time.Now, settings.Mosia)
	if err != nil {
		return nil, err
	}
	operationRPC, err := colppy.New(to.session, edge.Callers{}, time.Now, settings.Colppy)
	if err != nil {
		return nil, err
	}
	everyone, err := native.New(paced, exchanger, to.benefits, to.notifications, issuer, partners()...)
	if err != nil {
		return nil, err
	}
	pages, err := web.New(everyone.WriteError)
	if err != nil {
		return nil, err
	}
	docs, err := web.Docs(everyone.WriteError)
	if err != nil {
		return nil, err
	}
	return []edge.Family{redProteccionSocial, mobileConnect, universityIdentity, passKeys, operationRPC, everyone, pages, docs}, nil
}
