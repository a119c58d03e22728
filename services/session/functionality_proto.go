package session

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	"buf.build/go/protovalidate"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

const (
	// defaultPassKeyLife is how long pass keys live where nobody says.
	defaultPassKeyLife = 5 * time.Minute
	// maxRedirectURI is in bytes.
	maxRedirectURI = 2048
)

// functionalityContract validates what comes of changes as its creation is validated.
func functionalityContract() (protovalidate.Validator, error) {
	return protovalidate.New(protovalidate.WithMessages(&sessionv1.CreateFunctionalityRequest{}), protovalidate.WithDisableLazy())
}

// functionalityFromProto reads what an operator decides about a functionality.
func functionalityFromProto(in *sessionv1.Functionality) (store.Functionality, error) {
	f := store.Functionality{
		DataSet: store.DataSetFromProto(in.GetDataSet()), ClientID: in.GetClientId(), Name: in.GetName(), RedirectURI: in.GetRedirectUri(),
		PassKeyLife: defaultPassKeyLife, IntegrationKey: in.GetIntegrationKey(), Disabled: in.GetDisabled(),
	}
	if in.GetPassKeyLife() != nil {
		f.PassKeyLife = in.GetPassKeyLife().AsDuration().Truncate(time.Millisecond)
	}
	switch {
	case strings.ContainsFunc(f.ClientID, notPrinted):
		return f, rpcerr.Invalid("functionality.client_id", "must have no spaces and no control characters")
	case strings.TrimSpace(f.Name) == "":
		return f, rpcerr.Missing("functionality.name")
	case strings.ContainsFunc(f.Name, unicode.IsControl):
		return f, rpcerr.Invalid("functionality.name", "must not have control characters")
	}
	return f, checkRedirectURI(f.RedirectURI)
}

// checkRedirectURI takes an address that browsers are sent to.
func checkRedirectURI(text string) error {
	const field = "functionality.redirect_uri"
	u, err := url.Parse(text)
	switch {
	case len(text) > maxRedirectURI:
		return rpcerr.Invalid(field, "must have at most "+strconv.Itoa(maxRedirectURI)+" bytes")
	case err != nil || u.Hostname() == "" || strings.ContainsFunc(text, notPrinted):
		return rpcerr.Invalid(field, "must be an absolute https address")
	case u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())):
		return rpcerr.Invalid(field, "must be https: http is for loopback hosts only")
	case u.User != nil:
		return rpcerr.Invalid(field, "must not have a user or password")
	case u.Fragment != "" || strings.HasSuffix(text, "#"):
		return rpcerr.Invalid(field, "must not have a fragment")
	}
	return nil
}

func notPrinted(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) }

// loopback tells whether a host is this machine for everybody.
func loopback(host string) bool {
	if address, err := netip.ParseAddr(host); err == nil {
		return address.IsLoopback()
	}
	return strings.EqualFold(host, "localhost")
}

func functionalityToProto(f store.Functionality) *sessionv1.Functionality {
	return &sessionv1.Functionality{
		FunctionalityKey: f.Key, DataSet: f.DataSet.ToProto(), ClientId: f.ClientID, Name: f.Name, RedirectUri: f.RedirectURI,
		PassKeyLife: durationpb.New(f.PassKeyLife), IntegrationKey: f.IntegrationKey, Disabled: f.Disabled,
		CreatedAt: timestamppb.New(f.CreatedAt), UpdatedAt: timestamppb.New(f.UpdatedAt),
	}
}
