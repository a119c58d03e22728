package admin

import (
	"context"
	"errors"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

// CreateFunctionality enters a functionality.
type CreateFunctionality struct {
	Name        string         `arg:"" help:"A name for people."`
	RedirectURI string         `arg:"" name:"redirect-uri" help:"Where app users are sent: an absolute https address (http for loopback hosts only). Its query is kept; chavePasse is added to it."`
	ClientID    string         `help:"The client that may redeem its pass keys: a partner's or an internal one, by its identifier." required:"" placeholder:"ID"`
	DataSet     string         `help:"The world of data: production (instanciaApp 2) or staging (1). The client's own when not given." enum:",production,staging" default:"" placeholder:"SET"`
	PassKeyLife *time.Duration `help:"How long a pass key lives (1s to 8784h); 5m when not given." placeholder:"5m"`
	Integration string         `help:"The integration of the same client whose attributes of the person are told (\"admin integration list\")." placeholder:"KEY"`
}

// Help says how it is used.
func (CreateFunctionality) Help() string {
	return `A functionality is a page of a partner. Whoever uses the partner's app opens it and is sent to its address with a pass key (chavePasse); the page's server learns from the platform who that is, with the pass key, the functionality's key (chaveFuncionalidade) and the client's token ("admin client-token create").`
}

// Run does it.
func (c CreateFunctionality) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	set, err := setOfClient(ctx, conn, "a functionality", c.ClientID, dataSetNamed(c.DataSet))
	if err != nil {
		return err
	}
	answer, err := sessionv1.NewFunctionalityServiceClient(conn).CreateFunctionality(ctx, &sessionv1.CreateFunctionalityRequest{
		Functionality: &sessionv1.Functionality{
			Name: c.Name, RedirectUri: c.RedirectURI, ClientId: c.ClientID, DataSet: set, PassKeyLife: lifeOf(c.PassKeyLife), IntegrationKey: c.Integration,
		},
	})
	if err != nil {
		return err
	}
	return showFunctionality(out, answer, answer.GetFunctionality())
}

// lifeOf is absent when the flag was not given.
func lifeOf(flag *time.Duration) *durationpb.Duration {
	if flag == nil {
		return nil
	}
	return durationpb.New(*flag)
}

// UpdateFunctionality changes a functionality. Flags that are not given stay nil.
type UpdateFunctionality struct {
	FunctionalityKey
	Name        *string        `help:"A name for people."`
	RedirectURI *string        `name:"redirect-uri" help:"Where app users are sent from now on." placeholder:"URL"`
	PassKeyLife *time.Duration `help:"How long new pass keys live (1s to 8784h)." placeholder:"5m"`
	Integration *string        `help:"The integration whose attributes of the person are told; empty for none." placeholder:"KEY"`
	Disabled    *bool          `help:"Shut it, which ends its pass keys, or open it again." negatable:""`
}

// Validate is called when the command line was read.
func (c UpdateFunctionality) Validate() error {
	if len(c.paths()) == 0 {
		return errors.New("name what to change; --help lists the flags")
	}
	return nil
}

func (c UpdateFunctionality) paths() []string {
	return given([]givenField{
		{"name", c.Name != nil},
		{"redirect_uri", c.RedirectURI != nil},
		{"pass_key_life", c.PassKeyLife != nil},
		{"integration_key", c.Integration != nil},
		{"disabled", c.Disabled != nil},
	})
}

// Run does it. A functionality in a request has to be valid as a whole, so it is read before.
func (c UpdateFunctionality) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	functionalities := sessionv1.NewFunctionalityServiceClient(conn)
	known, err := functionalities.GetFunctionality(ctx, &sessionv1.GetFunctionalityRequest{FunctionalityKey: c.Key})
	if err != nil {
		return err
	}
	f := known.GetFunctionality()
	put(&f.Name, c.Name)
	put(&f.RedirectUri, c.RedirectURI)
	put(&f.IntegrationKey, c.Integration)
	put(&f.Disabled, c.Disabled)
	if c.PassKeyLife != nil {
		f.PassKeyLife = durationpb.New(*c.PassKeyLife)
	}
	answer, err := functionalities.UpdateFunctionality(ctx, &sessionv1.UpdateFunctionalityRequest{
		Functionality: f, UpdateMask: &fieldmaskpb.FieldMask{Paths: c.paths()},
	})
	if err != nil {
		return err
	}
	return showFunctionality(out, answer, answer.GetFunctionality())
}
