package demo

import (
	"context"

	"google.golang.org/protobuf/types/known/durationpb"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// CMP holds what callers of Red de Protección Social need. What begins with Staging is of the staging data set.
type CMP struct {
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
	// APIKey and SecretKey are those of a widget client, Origin is that of the page that shows its widgets.
	APIKey    string `json:"api_key"`
	SecretKey string `json:"secret_key"`
	Origin    string `json:"origin"`
	// CUToken is a ClaveÚnica token of the citizen with this RUT. It lives as long as the process, as those of Citizens do.
	CUToken string `json:"cu_token"`
	RUT     string `json:"rut"`

	StagingClientID     string `json:"staging_client_id"`
	StagingClientSecret string `json:"staging_client_secret"`
	StagingCUToken      string `json:"staging_cu_token"`
	StagingRUT          string `json:"staging_rut"`

	// Citizens are all who can sign in, the one above first.
	Citizens []Citizen `json:"citizens"`
	// ClaveUnicaURL is where the emulator of ClaveÚnica is.
	ClaveUnicaURL string `json:"clave_unica_url"`
}

// Citizen is somebody who can sign in with ClaveÚnica.
type Citizen struct {
	RUT     string `json:"rut"`
	CUToken string `json:"cu_token"`
	// About says, in Spanish, what there is to see.
	About string `json:"about"`
}

// SeedCMP is Seed for what Red de Protección Social has beside its partner: a widget client for the page on an origin, and a
// partner of the staging data set.
func SeedCMP(ctx context.Context, clients authv1.ClientServiceClient, origin string, f *CMP) error {
	s := seeder{clients}
	err := s.ensure(ctx, &f.StagingClientID, &f.StagingClientSecret, func() *authv1.Client {
		return &authv1.Client{
			Name: "Demo partner (staging)", Family: "cmp", Kind: authv1.ClientKind_CLIENT_KIND_PARTNER,
			DataSet: authv1.DataSet_DATA_SET_STAGING, Scopes: []string{"beneficios"}, TokenLife: durationpb.New(exampleYear),
		}
	})
	if err != nil {
		return err
	}
	if f.Origin != origin { // a widget client of another page is left alone
		f.APIKey, f.SecretKey, f.Origin = "", "", origin
	}
	return s.ensure(ctx, &f.APIKey, &f.SecretKey, func() *authv1.Client {
		return &authv1.Client{
			Name: "Demo widgets", Family: "cmp", Kind: authv1.ClientKind_CLIENT_KIND_WIDGET, Origins: []string{origin},
		}
	})
}
