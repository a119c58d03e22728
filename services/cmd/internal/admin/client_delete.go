package admin

import (
	"context"
	"fmt"
	"os"

	"google.golang.org/grpc"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// DeleteClient ends a client.
type DeleteClient struct {
	ClientID
	Yes bool `help:"Do not ask. Needed where there is no terminal to ask on." short:"y"`
}

// Run does it.
func (c DeleteClient) Run(ctx context.Context, conn *grpc.ClientConn, in Input, out Output) error {
	clients := authv1.NewClientServiceClient(conn)
	if !c.Yes {
		found, err := clients.GetClient(ctx, &authv1.GetClientRequest{ClientId: c.ID})
		if err != nil {
			return err
		}
		question := fmt.Sprintf("Delete %q (%s) for ever, with all its tokens and API keys?", found.GetClient().GetName(), c.ID)
		if err := in.confirm(os.Stderr, question); err != nil {
			return err
		}
	}
	answer, err := clients.DeleteClient(ctx, &authv1.DeleteClientRequest{ClientId: c.ID})
	if err != nil {
		return err
	}
	return out.record(answer, [][2]string{{"deleted", c.ID}})
}
