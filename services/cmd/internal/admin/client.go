package admin

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// Clients are the commands about OAuth clients.
type Clients struct {
	Create       CreateClient  `cmd:"" help:"Register a client and show its secret, this once."`
	Get          GetClient     `cmd:"" help:"Show a client."`
	List         ListClients   `cmd:"" help:"List the clients."`
	Disable      DisableClient `cmd:"" help:"Shut a client out and end its tokens."`
	Enable       EnableClient  `cmd:"" help:"Let a disabled client back in; its old tokens stay dead."`
	RotateSecret RotateSecret  `cmd:"" help:"Give a client a new secret; the old one and its tokens end."`
}

// CreateClient registers a client.
type CreateClient struct {
	Name           string        `arg:"" help:"A name for people."`
	Family         string        `help:"The partner family: cmp, tuidd, …" required:"" placeholder:"FAMILY"`
	Kind           string        `help:"What it is for: ${enum}." enum:"partner,resource-server" default:"partner"`
	Scope          []string      `help:"A scope it may ask for; may be repeated." placeholder:"SCOPE"`
	Audience       []string      `help:"A resource server, by client id, that may introspect its tokens; may be repeated." placeholder:"ID"`
	TokenLife      time.Duration `help:"How long its tokens live (1m to 17520h)." default:"1h"`
	ResourceScope  []string      `help:"For a resource server: a scope that concerns it; may be repeated." placeholder:"SCOPE"`
	IntrospectsAll bool          `help:"For a resource server: it may introspect every client's tokens."`
	PersonalData   bool          `help:"For a resource server: it may learn whose token it is."`
}

// Run does it.
func (c CreateClient) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	kind := authv1.ClientKind_CLIENT_KIND_PARTNER
	if c.Kind == "resource-server" {
		kind = authv1.ClientKind_CLIENT_KIND_RESOURCE_SERVER
	}
	made, err := authv1.NewClientServiceClient(conn).CreateClient(ctx, &authv1.CreateClientRequest{Client: &authv1.Client{
		Name: c.Name, Family: c.Family, Kind: kind, Scopes: c.Scope, Audiences: c.Audience,
		TokenLife: durationpb.New(c.TokenLife), ResourceScopes: c.ResourceScope,
		IntrospectsAll: c.IntrospectsAll, PersonalData: c.PersonalData,
	}})
	if err != nil {
		return err
	}
	return showClient(out, made, made.GetClient(), made.GetClientSecret())
}

// ClientID names a client.
type ClientID struct {
	ID string `arg:"" help:"The client's identifier."`
}

// GetClient shows a client.
type GetClient struct{ ClientID }

// Run does it.
func (c GetClient) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := authv1.NewClientServiceClient(conn).GetClient(ctx, &authv1.GetClientRequest{ClientId: c.ID})
	if err != nil {
		return err
	}
	return showClient(out, answer, answer.GetClient(), "")
}

// DisableClient shuts a client out.
type DisableClient struct{ ClientID }

// Run does it.
func (c DisableClient) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := authv1.NewClientServiceClient(conn).DisableClient(ctx, &authv1.DisableClientRequest{ClientId: c.ID})
	if err != nil {
		return err
	}
	return showClient(out, answer, answer.GetClient(), "")
}

// EnableClient lets a client back in.
type EnableClient struct{ ClientID }

// Run does it.
func (c EnableClient) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := authv1.NewClientServiceClient(conn).EnableClient(ctx, &authv1.EnableClientRequest{ClientId: c.ID})
	if err != nil {
		return err
	}
	return showClient(out, answer, answer.GetClient(), "")
}

// RotateSecret gives a client a new secret.
type RotateSecret struct{ ClientID }

// Run does it.
func (c RotateSecret) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := authv1.NewClientServiceClient(conn).RotateSecret(ctx, &authv1.RotateSecretRequest{ClientId: c.ID})
	if err != nil {
		return err
	}
	return showClient(out, answer, answer.GetClient(), answer.GetClientSecret())
}

// ListClients lists clients.
type ListClients struct {
	Family string `help:"Only this family." placeholder:"FAMILY"`
}

// Run does it, page by page.
func (c ListClients) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	all := &authv1.ListClientsResponse{}
	request := &authv1.ListClientsRequest{PageSize: 500, Family: c.Family}
	for {
		page, err := authv1.NewClientServiceClient(conn).ListClients(ctx, request)
		if err != nil {
			return err
		}
		all.Clients = append(all.Clients, page.GetClients()...)
		if request.PageToken = page.GetNextPageToken(); request.PageToken == "" {
			break
		}
	}
	var rows [][]string
	for _, client := range all.GetClients() {
		rows = append(rows, []string{
			client.GetClientId(), client.GetName(), client.GetFamily(), kindName(client.GetKind()),
			state(client.GetDisabled()), strings.Join(client.GetScopes(), " "),
		})
	}
	return out.table(all, []string{"ID", "NAME", "FAMILY", "KIND", "STATE", "SCOPES"}, rows)
}

func showClient(out Output, message proto.Message, client *authv1.Client, secret string) error {
	return out.record(message, [][2]string{
		{"id", client.GetClientId()},
		{"secret", secret},
		{"name", client.GetName()},
		{"family", client.GetFamily()},
		{"kind", kindName(client.GetKind())},
		{"state", state(client.GetDisabled())},
		{"scopes", strings.Join(client.GetScopes(), " ")},
		{"audiences", strings.Join(client.GetAudiences(), " ")},
		{"resource scopes", strings.Join(client.GetResourceScopes(), " ")},
		{"token life", client.GetTokenLife().AsDuration().String()},
		{"introspects all", strconv.FormatBool(client.GetIntrospectsAll())},
		{"personal data", strconv.FormatBool(client.GetPersonalData())},
		{"epoch", fmt.Sprint(client.GetEpoch())},
		{"created", client.GetCreatedAt().AsTime().Format(time.RFC3339)},
		{"updated", client.GetUpdatedAt().AsTime().Format(time.RFC3339)},
	})
}

func kindName(kind authv1.ClientKind) string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(kind.String(), "CLIENT_KIND_")), "_", "-")
}

func state(disabled bool) string {
	if disabled {
		return "disabled"
	}
	return "enabled"
}
