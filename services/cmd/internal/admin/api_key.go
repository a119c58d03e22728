package admin

import (
	"context"
	"errors"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// APIKeys are the commands about developers' API keys.
type APIKeys struct {
	Create CreateAPIKey `cmd:"" help:"Make a key for a client and show it, this once."`
	List   ListAPIKeys  `cmd:"" help:"List a client's keys, oldest first."`
	Delete DeleteAPIKey `cmd:"" help:"End a key for ever. Tokens issued for it live on."`
}

// CreateAPIKey makes a key.
type CreateAPIKey struct {
	Client  string        `arg:"" help:"The client's identifier."`
	Name    string        `arg:"" help:"A name for people."`
	Scope   []string      `help:"One of the client's scopes that the key is for; may be repeated. All that the client has when none is given." placeholder:"SCOPE"`
	Life    time.Duration `help:"How long it lives; for ever when not given." placeholder:"720h"`
	Expires time.Time     `help:"When it ends (RFC 3339), instead of --life." placeholder:"2030-01-31T00:00:00Z"`
}

// Validate is called when the command line was read.
func (c CreateAPIKey) Validate() error {
	switch {
	case c.Life < 0:
		return errors.New("--life must be more than 0")
	case c.Life > 0 && !c.Expires.IsZero():
		return errors.New("--life and --expires are two ways to say the same: give one")
	}
	return nil
}

// Run does it.
func (c CreateAPIKey) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	request := &authv1.CreateApiKeyRequest{ClientId: c.Client, Name: c.Name, Scopes: c.Scope}
	switch {
	case c.Life > 0:
		request.ExpiresAt = timestamppb.New(time.Now().Add(c.Life))
	case !c.Expires.IsZero():
		request.ExpiresAt = timestamppb.New(c.Expires)
	}
	made, err := authv1.NewApiKeyServiceClient(conn).CreateApiKey(ctx, request)
	if err != nil {
		return err
	}
	return showKey(out, made, "key")
}

// showKey shows a new key, which its family calls so.
func showKey(out Output, made *authv1.CreateApiKeyResponse, called string) error {
	key := made.GetApiKey()
	return out.record(made, [][2]string{
		{"id", key.GetApiKeyId()},
		{called, made.GetKey()},
		{"client", key.GetClientId()},
		{"name", key.GetName()},
		{"scopes", keyScopes(key)},
		{"created", timeText(key.GetCreatedAt())},
		{"expires", timeText(key.GetExpiresAt())},
	})
}

// ListAPIKeys lists keys.
type ListAPIKeys struct {
	Client string `arg:"" help:"The client's identifier."`
}

// Run does it.
func (c ListAPIKeys) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := authv1.NewApiKeyServiceClient(conn).ListApiKeys(ctx, &authv1.ListApiKeysRequest{ClientId: c.Client})
	if err != nil {
		return err
	}
	return showKeys(out, answer)
}

func showKeys(out Output, answer *authv1.ListApiKeysResponse) error {
	var rows [][]string
	for _, key := range answer.GetApiKeys() {
		rows = append(rows, []string{
			key.GetApiKeyId(), key.GetName(), keyScopes(key), timeText(key.GetCreatedAt()),
			timeText(key.GetExpiresAt()), timeText(key.GetLastUsedAt()),
		})
	}
	return out.table(answer, []string{"ID", "NAME", "SCOPES", "CREATED", "EXPIRES", "LAST USED"}, rows)
}

// DeleteAPIKey ends a key.
type DeleteAPIKey struct {
	ID string `arg:"" help:"The key's identifier: the 16 characters after vtk_, or the claim key of a client token."`
}

// Run does it.
func (c DeleteAPIKey) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := authv1.NewApiKeyServiceClient(conn).DeleteApiKey(ctx, &authv1.DeleteApiKeyRequest{ApiKeyId: c.ID})
	if err != nil {
		return err
	}
	return out.record(answer, [][2]string{{"deleted", c.ID}})
}

// keyScopes tells of a key that has all of its client's.
func keyScopes(key *authv1.ApiKey) string {
	if len(key.GetScopes()) == 0 {
		return "*"
	}
	return strings.Join(key.GetScopes(), " ")
}

// timeText writes the time that is absent as never.
func timeText(at *timestamppb.Timestamp) string {
	if at == nil {
		return "never"
	}
	return at.AsTime().Format(time.RFC3339)
}
