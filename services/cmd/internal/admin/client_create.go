package admin

import (
	"context"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/structpb"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// CreateClient registers a client.
type CreateClient struct {
	Name           string            `arg:"" help:"A name for people."`
	Family         string            `help:"The partner family: cmp, tuidd, …" required:"" placeholder:"FAMILY"`
	Kind           string            `help:"What it is for: ${enum}." enum:"partner,resource-server" default:"partner"`
	Scope          []string          `help:"A scope it may ask for; may be repeated." placeholder:"SCOPE"`
	Audience       []string          `help:"A resource server, by client id, that may introspect its tokens; may be repeated." placeholder:"ID"`
	TokenLife      time.Duration     `help:"How long its tokens live (1m to 17520h)." default:"1h"`
	ResourceScope  []string          `help:"For a resource server: a scope that concerns it; may be repeated." placeholder:"SCOPE"`
	IntrospectsAll bool              `help:"For a resource server: it may introspect every client's tokens."`
	PersonalData   bool              `help:"For a resource server: it may learn whose token it is."`
	Member         map[string]string `help:"A member that introspection adds for its tokens; may be repeated." placeholder:"NAME=VALUE" mapsep:"none"`
}

// Run does it.
func (c CreateClient) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	kind := authv1.ClientKind_CLIENT_KIND_PARTNER
	if c.Kind == "resource-server" {
		kind = authv1.ClientKind_CLIENT_KIND_RESOURCE_SERVER
	}
	members := &structpb.Struct{Fields: map[string]*structpb.Value{}}
	for name, value := range c.Member {
		members.Fields[name] = structpb.NewStringValue(value)
	}
	made, err := authv1.NewClientServiceClient(conn).CreateClient(ctx, &authv1.CreateClientRequest{Client: &authv1.Client{
		Name: c.Name, Family: c.Family, Kind: kind, Scopes: c.Scope, Audiences: c.Audience,
		TokenLife: durationpb.New(c.TokenLife), ResourceScopes: c.ResourceScope,
		IntrospectsAll: c.IntrospectsAll, PersonalData: c.PersonalData, IntrospectionMembers: members,
	}})
	if err != nil {
		return err
	}
	return showClient(out, made, made.GetClient(), made.GetClientSecret())
}
