package admin

import (
	"context"
	"fmt"
	"slices"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// ClientTokens are the commands about API keys in the form of a JWT.
type ClientTokens struct {
	Create CreateClientToken `cmd:"" help:"Make a token for a client and show it, this once."`
	List   ListClientTokens  `cmd:"" help:"List a client's tokens, oldest first."`
	Delete DeleteAPIKey      `cmd:"" help:"End a token for ever."`
}

// CreateClientToken makes a token.
type CreateClientToken struct {
	Client    string   `arg:"" help:"The client's identifier."`
	API       []string `name:"api" required:"" help:"An API that the token is for; may be repeated." placeholder:"API"`
	Name      string   `help:"A name for people." default:"Client token"`
	ExpiresIn Life     `help:"How long it lives, in days or as 12h30m; at most 50 years." default:"90d" placeholder:"90d"`
}

// Help explains APIs.
func (CreateClientToken) Help() string {
	return `The token is what mosia's document calls "token do cliente": it goes into the header Authorization as it is, and names its APIs in the claim apis: chavePasse, segurança, mensageria. Each API needs the client's scope of the same name without accents: chavePasse, seguranca, mensageria. A token is good for the data set of its client: register one client for sandbox (--data-set staging) and one for production.

Nobody can verify the token but the platform, which knows it by its SHA-256. To replace one, create another, let the client change over, and delete the old one.`
}

// Run does it.
func (c CreateClientToken) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	made, err := authv1.NewApiKeyServiceClient(conn).CreateApiKey(ctx, &authv1.CreateApiKeyRequest{
		ClientId: c.Client, Name: c.Name, Form: authv1.ApiKeyForm_API_KEY_FORM_JWT, Apis: c.API,
		ExpiresAt: timestamppb.New(time.Now().Add(time.Duration(c.ExpiresIn))),
	})
	if err != nil {
		return err
	}
	if key := made.GetApiKey(); key.GetForm() != authv1.ApiKeyForm_API_KEY_FORM_JWT {
		return fmt.Errorf("an auth of the release before knows no client tokens and made an API key with every scope of the client: "+
			"end it with `api-key delete %s`, and repeat this once every replica is upgraded", key.GetApiKeyId())
	}
	return showKey(out, made, "token")
}

// ListClientTokens lists tokens.
type ListClientTokens struct {
	Client string `arg:"" help:"The client's identifier."`
}

// Run does it.
func (c ListClientTokens) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := authv1.NewApiKeyServiceClient(conn).ListApiKeys(ctx, &authv1.ListApiKeysRequest{ClientId: c.Client})
	if err != nil {
		return err
	}
	answer.ApiKeys = slices.DeleteFunc(answer.GetApiKeys(), func(key *authv1.ApiKey) bool { return key.GetForm() != authv1.ApiKeyForm_API_KEY_FORM_JWT })
	return showKeys(out, answer)
}
