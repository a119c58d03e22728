package notifications

import (
	"net/netip"
	"net/url"
	"strings"
	"unicode"

	"buf.build/go/protovalidate"
	"google.golang.org/protobuf/proto"

	"github.com/ventanilla/ventanilla/pkg/pki"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	"github.com/ventanilla/ventanilla/pkg/rpcserver"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

// definitionContract validates what comes of changes as its creation is validated.
func definitionContract() (protovalidate.Validator, error) {
	return protovalidate.New(protovalidate.WithMessages(
		&notificationsv1.CreateProviderRequest{}, &notificationsv1.CreateServiceRequest{}), protovalidate.WithDisableLazy())
}

func (s *Service) valid(creation proto.Message) error {
	return rpcserver.Validate(s.definitions, creation)
}

// providerFromProto reads what an operator decides about a provider.
func providerFromProto(in *notificationsv1.Provider) (store.Provider, error) {
	p := store.Provider{
		DataSet: message.DataSetOf(in.GetDataSet()), Name: in.GetName(), ClientID: in.GetClientId(), Role: in.GetRole(),
		NotificationURI: in.GetNotificationUri(), Disabled: in.GetDisabled(),
	}
	if in.GetDataSet() == authv1.DataSet_DATA_SET_UNSPECIFIED {
		p.DataSet = message.Production
	}
	if err := checkName("provider.name", p.Name); err != nil {
		return p, err
	}
	switch {
	case p.ClientID == "" && p.Role == "":
		return p, rpcerr.Missing("provider.client_id")
	case p.ClientID != "" && p.Role != "":
		return p, rpcerr.Invalid("provider.role", "must be empty for a provider that has a client")
	case strings.ContainsFunc(p.ClientID, notPrinted):
		return p, rpcerr.Invalid("provider.client_id", "must have no spaces and no control characters")
	case p.Role != "" && !pki.ValidRole(p.Role):
		return p, rpcerr.Invalid("provider.role", "must be a role's name: lower-case letters, digits and hyphens, a letter first")
	}
	return p, checkCallbackURI(p.NotificationURI)
}

func checkName(field, name string) error {
	switch {
	case strings.TrimSpace(name) == "":
		return rpcerr.Missing(field)
	case strings.ContainsFunc(name, unicode.IsControl):
		return rpcerr.Invalid(field, "must not have control characters")
	}
	return nil
}

func notPrinted(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) }

// checkCallbackURI takes an address that providers are called at; where http leads is decided again when it is called.
func checkCallbackURI(text string) error {
	const field = "provider.notification_uri"
	if text == "" {
		return nil
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Hostname() == "" || strings.ContainsFunc(text, notPrinted):
		return rpcerr.Invalid(field, "must be an absolute https address")
	case u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())):
		return rpcerr.Invalid(field, "must be https: http is for loopback hosts only")
	case u.User != nil:
		return rpcerr.Invalid(field, "must not have a user or password: callbacks are signed")
	case u.Fragment != "" || strings.HasSuffix(text, "#"):
		return rpcerr.Invalid(field, "must not have a fragment")
	}
	return nil
}

// loopback tells whether a host is this machine for everybody.
func loopback(host string) bool {
	if address, err := netip.ParseAddr(host); err == nil {
		return address.IsLoopback()
	}
	return strings.EqualFold(host, "localhost")
}
