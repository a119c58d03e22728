package platform

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/ventanilla/ventanilla/pkg/config"
	"github.com/ventanilla/ventanilla/pkg/keyring"
	"github.com/ventanilla/ventanilla/pkg/pki"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	"github.com/ventanilla/ventanilla/services/auth"
)

// edgeCALife is that of the laptop's own authority, which people install once.
const edgeCALife = 10 * 365 * 24 * time.Hour

// LocalOperator is the operator that `up` makes for whoever owns the data folder.
const LocalOperator = "local"

// Laptop fills in what `up` finds or makes in the data folder, where nothing else was set. Services without a
// key-encryption key of their own share auth's.
func (s Settings) Laptop() Settings {
	if s.Auth.KEK == (keyring.Config{}) && !exposed(s.Edge.Listen) && !exposed(s.Admin.RPCListen) {
		s.Auth.KEK.File = filepath.Join(s.Data, "kek")
	}
	for _, service := range Services() {
		section := service.Section(&s)
		if section.Store.URL == "" {
			section.Store.URL = config.Secret("sqlite:" + filepath.Join(s.Data, service.Role+".db"))
		}
		if section.KEK != nil && *section.KEK == (keyring.Config{}) {
			*section.KEK = s.Auth.KEK
		}
	}
	if host, port, err := net.SplitHostPort(s.Edge.Listen); s.Auth.Issuer == auth.DefaultConfig().Issuer && err == nil && port != "0" && host != "" {
		s.Auth.Issuer = "https://" + s.Edge.Listen
	}
	return s.withPublicAddress()
}

// withPublicAddress points cards to the pages that the edge serves, and what is sent to its pictures, at the address that partners use.
func (s Settings) withPublicAddress() Settings {
	public := strings.TrimSuffix(s.Auth.Issuer, "/")
	if public == auth.DefaultConfig().Issuer {
		public = "https://localhost"
	}
	s.Notifications.PublicURL = cmp.Or(s.Notifications.PublicURL, public)
	cards := &s.Identity.Cards
	if cards.Validator == "" {
		cards.Validator = public + "/c"
	}
	if cards.StagingValidator == "" {
		cards.StagingValidator = public + "/cs"
	}
	return s
}

// exposed tells whether others than this machine can reach an address. Then the platform may not
// make its own key-encryption key. What is no address is refused elsewhere.
func exposed(listen string) bool {
	return address("listen", listen) == nil && !Loopback(listen)
}

// EnsureKEK makes the laptop's key-encryption key at the first start.
func EnsureKEK(s Settings, folder *Folder) error {
	if s.Auth.KEK.File != folder.Path("kek") {
		return nil
	}
	if err := keyring.Generate(s.Auth.KEK.File); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("making the key-encryption key: %w", err)
	}
	return nil
}

// EdgeCA returns the authority that vouches for the edge on a laptop; it is made at the
// first start and kept, so that it has to be trusted once.
func EdgeCA(folder *Folder) (*pki.CA, error) {
	ca, err := pki.LoadCA(folder.Path(""), time.Now)
	if !errors.Is(err, fs.ErrNotExist) {
		return ca, err
	}
	if ca, err = pki.NewCA("Ventanilla on this machine", edgeCALife, time.Now); err != nil {
		return nil, err
	}
	return ca, ca.Save(folder.Path(""))
}

// EnsureOperator registers the local operator, unless an earlier start did.
func EnsureOperator(ctx context.Context, operators authv1.OperatorServiceClient) error {
	_, err := operators.CreateOperator(ctx, &authv1.CreateOperatorRequest{Operator: &authv1.Operator{
		Name: LocalOperator,
		Roles: []authv1.OperatorRole{
			authv1.OperatorRole_OPERATOR_ROLE_VIEWER, authv1.OperatorRole_OPERATOR_ROLE_SUPPORT,
			authv1.OperatorRole_OPERATOR_ROLE_EDITOR, authv1.OperatorRole_OPERATOR_ROLE_PUBLISHER,
			authv1.OperatorRole_OPERATOR_ROLE_SECURITY,
		},
	}})
	if err != nil && status.Code(err) != codes.AlreadyExists {
		return fmt.Errorf("registering the local operator: %w", err)
	}
	return nil
}

// laptopCertificate is what partners see: the configured files, or one of the laptop's
// own authority that is made anew at each start.
func laptopCertificate(p *Process, folder *Folder) (func() (*tls.Certificate, error), error) {
	ca, err := EdgeCA(folder)
	if err != nil {
		return nil, fmt.Errorf("making the edge's authority: %w", err)
	}
	if p.Settings.Edge.TLS.CertFile != "" {
		return EdgeFiles(p)
	}
	// Most clients let no wildcard stand for a name right below a top-level one.
	hosts := []string{"localhost", "staging.localhost", "127.0.0.1", "::1"}
	if host, _, err := net.SplitHostPort(p.Settings.Edge.Listen); err == nil && host != "" && !slices.Contains(hosts, host) {
		hosts = append(hosts, host)
	}
	leaf, err := ca.IssueServer(hosts...)
	if err != nil {
		return nil, fmt.Errorf("making the edge's certificate: %w", err)
	}
	return func() (*tls.Certificate, error) { return &leaf, nil }, nil
}
