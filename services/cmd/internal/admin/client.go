package admin

import (
	"context"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/durationpb"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// Clients are the commands about OAuth clients.
type Clients struct {
	Create       CreateClient  `cmd:"" help:"Register a client and show its secret, this once."`
	Update       UpdateClient  `cmd:"" help:"Change what is given and nothing else. Tokens issued before stay as they are."`
	Get          GetClient     `cmd:"" help:"Show a client."`
	List         ListClients   `cmd:"" help:"List the clients."`
	Disable      DisableClient `cmd:"" help:"Shut a client out and end its tokens."`
	Enable       EnableClient  `cmd:"" help:"Let a disabled client back in; its old tokens stay dead."`
	RotateSecret RotateSecret  `cmd:"" help:"Give a client a new secret, shown this once; the old one and all tokens end, unless there is an --overlap."`
	Delete       DeleteClient  `cmd:"" help:"End a client for ever, with all its tokens and API keys."`
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
type RotateSecret struct {
	ClientID
	Overlap time.Duration `help:"How long the old secret serves beside the new one, and no token ends (up to 720h). Not for a secret that leaked." placeholder:"24h"`
}

// Run does it.
func (c RotateSecret) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := authv1.NewClientServiceClient(conn).RotateSecret(ctx, &authv1.RotateSecretRequest{
		ClientId: c.ID, Overlap: durationpb.New(c.Overlap),
	})
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
			state(client.GetDisabled()), strings.Join(client.GetScopes(), " "), dataSetName(client.GetDataSet()),
		})
	}
	return out.table(all, []string{"ID", "NAME", "FAMILY", "KIND", "STATE", "SCOPES", "DATA SET"}, rows)
}
