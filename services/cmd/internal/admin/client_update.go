package admin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// UpdateClient changes a client. Flags that are not given stay nil.
type UpdateClient struct {
	ClientID
	Name                   *string           `help:"A name for people."`
	Scope                  []string          `help:"A scope it may ask for, instead of those it has; may be repeated." placeholder:"SCOPE"`
	Audience               []string          `help:"A resource server, by client id, that may introspect its tokens, instead of those there are; may be repeated." placeholder:"ID"`
	TokenLife              *time.Duration    `help:"How long its new tokens live (1m to 17520h)." placeholder:"1h"`
	TokenAlgorithm         string            `help:"What its new tokens are signed with: RS256, ES256 or EdDSA." enum:",RS256,ES256,EdDSA" default:"" placeholder:"ALG"`
	Origin                 []string          `help:"For a widget: the origin of a page that may show it, instead of those there are; may be repeated." placeholder:"ORIGIN"`
	PublicKeys             string            `help:"A JSON Web Key Set with its public keys, instead of those it has (- for standard input). A client with a secret loses it and authenticates by private_key_jwt from then on." placeholder:"FILE"`
	Rate                   float64           `help:"At most so many calls a second, over all its credentials." placeholder:"N"`
	Burst                  int32             `help:"With --rate: how many of them may come at once; the rate, rounded up, when not given." placeholder:"N"`
	ResourceScope          []string          `help:"For a resource server: a scope that concerns it, instead of those there are; may be repeated." placeholder:"SCOPE"`
	IntrospectsAll         *bool             `help:"For a resource server: it may introspect every client's tokens, or no longer." negatable:""`
	PersonalData           *bool             `help:"For a resource server: it may learn whose token it is, or no longer." negatable:""`
	IntrospectionAlgorithm string            `help:"What signed introspection answers to it are signed with: RS256, ES256 or EdDSA." enum:",RS256,ES256,EdDSA" default:"" placeholder:"ALG"`
	Member                 map[string]string `help:"A member that introspection adds for its tokens, instead of those there are; may be repeated." placeholder:"NAME=VALUE" mapsep:"none"`
	Clear                  []string          `help:"Take away all of these; may be repeated: ${enum}." enum:"scopes,audiences,resource-scopes,members,limit,origins" placeholder:"WHAT"`
}

// Validate is called when the command line was read.
func (c UpdateClient) Validate() error {
	if err := checkLimit(c.Rate, c.Burst); err != nil {
		return err
	}
	given := map[string]bool{
		"scopes": c.Scope != nil, "audiences": c.Audience != nil, "resource-scopes": c.ResourceScope != nil,
		"members": c.Member != nil, "limit": c.Rate > 0, "origins": c.Origin != nil,
	}
	for _, what := range c.Clear {
		if given[what] {
			return fmt.Errorf("--clear %s contradicts another flag", what)
		}
	}
	if len(c.paths()) == 0 {
		return errors.New("name what to change; --help lists the flags")
	}
	return nil
}

// paths are the fields of the contract that flags were given for.
func (c UpdateClient) paths() []string {
	cleared := func(what string) bool { return slices.Contains(c.Clear, what) }
	var paths []string
	for _, field := range []struct {
		path    string
		changed bool
	}{
		{"name", c.Name != nil},
		{"scopes", c.Scope != nil || cleared("scopes")},
		{"audiences", c.Audience != nil || cleared("audiences")},
		{"token_life", c.TokenLife != nil},
		{"resource_scopes", c.ResourceScope != nil || cleared("resource-scopes")},
		{"introspects_all", c.IntrospectsAll != nil},
		{"personal_data", c.PersonalData != nil},
		{"introspection_members", c.Member != nil || cleared("members")},
		{"token_algorithm", c.TokenAlgorithm != ""},
		{"introspection_algorithm", c.IntrospectionAlgorithm != ""},
		{"public_keys", c.PublicKeys != ""},
		{"limit", c.Rate > 0 || cleared("limit")},
		{"origins", c.Origin != nil || cleared("origins")},
	} {
		if field.changed {
			paths = append(paths, field.path)
		}
	}
	return paths
}

// Run does it.
func (c UpdateClient) Run(ctx context.Context, conn *grpc.ClientConn, in Input, out Output) error {
	keys, err := in.read(c.PublicKeys)
	if err != nil {
		return err
	}
	wanted := &authv1.Client{
		ClientId: c.ID, Name: orZero(c.Name), Scopes: c.Scope, Audiences: c.Audience, ResourceScopes: c.ResourceScope,
		IntrospectsAll: orZero(c.IntrospectsAll), PersonalData: orZero(c.PersonalData), IntrospectionMembers: membersOf(c.Member),
		TokenAlgorithm: algorithmNamed(c.TokenAlgorithm), IntrospectionAlgorithm: algorithmNamed(c.IntrospectionAlgorithm),
		PublicKeys: keys, Limit: limitOf(c.Rate, c.Burst), TokenLife: durationpb.New(orZero(c.TokenLife)), Origins: c.Origin,
	}
	answer, err := authv1.NewClientServiceClient(conn).UpdateClient(ctx, &authv1.UpdateClientRequest{
		Client: wanted, UpdateMask: &fieldmaskpb.FieldMask{Paths: c.paths()},
	})
	if err != nil {
		return err
	}
	return showClient(out, answer, answer.GetClient(), "")
}

func orZero[T any](value *T) T {
	if value == nil {
		return *new(T)
	}
	return *value
}
