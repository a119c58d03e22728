package admin

import (
	"context"
	"errors"
	"fmt"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
)

// Providers are the commands about who has things delivered.
type Providers struct {
	Create       CreateProvider       `cmd:"" help:"Enter a provider and show the secret of its callbacks, this once."`
	List         ListProviders        `cmd:"" help:"List the providers."`
	Show         ShowProvider         `cmd:"" help:"Show a provider."`
	Update       UpdateProvider       `cmd:"" help:"Change what is given and nothing else."`
	RotateSecret RotateCallbackSecret `cmd:"" help:"Give a provider's callbacks a new secret, shown this once; the old one signs beside it for 24 hours."`
	Log          ListEvents           `cmd:"" help:"List what was changed of providers, services, subscriptions, templates, recipients and dispatches, newest first."`
	Rewrap       RewrapSecrets        `cmd:"" name:"rewrap-secrets" help:"Seal the secrets of notifications under the key-encryption key that is configured now."`
}

// ProviderID names a provider.
type ProviderID struct {
	ID int64 `arg:"" help:"The provider's number, as \"admin provider list\" shows it."`
}

// CreateProvider enters a provider.
type CreateProvider struct {
	Name            string `arg:"" help:"A name for people."`
	ClientID        string `help:"The client that dispatches as this provider: a partner's or an internal one, by its identifier." placeholder:"ID"`
	Role            string `help:"The role of the platform that does instead: session, or one of the organisation's own." placeholder:"ROLE"`
	DataSet         string `help:"The world of its recipients' data, for good: production or staging. A client's is its own; a role's is production when not given." enum:",production,staging" default:"" placeholder:"SET"`
	NotificationURI string `name:"notification-uri" help:"Where changes of its dispatches are told: an absolute https address." placeholder:"URL"`
}

// Help says what comes next.
func (CreateProvider) Help() string {
	return `A provider has things delivered to persons: notifications, advertisements, codes, payment requests. It needs a subscription to a service beside ("admin subscription create"), whose token its dispatches carry.

Changes of its dispatches are told at --notification-uri, signed with the secret that is shown here (Standard Webhooks). Hand it over by a safe way: it is never shown again.`
}

// Validate is called when the command line was read.
func (c CreateProvider) Validate() error {
	if (c.ClientID == "") == (c.Role == "") {
		return errors.New("give --client-id or --role: who dispatches as this provider")
	}
	return nil
}

// Run does it.
func (c CreateProvider) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	set := dataSetNamed(c.DataSet)
	if c.ClientID != "" {
		var err error
		if set, err = setOfClient(ctx, conn, "a provider", c.ClientID, set); err != nil {
			return err
		}
	}
	answer, err := notificationsv1.NewProviderServiceClient(conn).CreateProvider(ctx, &notificationsv1.CreateProviderRequest{
		Provider: &notificationsv1.Provider{Name: c.Name, ClientId: c.ClientID, Role: c.Role, DataSet: set, NotificationUri: c.NotificationURI},
	})
	if err != nil {
		return err
	}
	return showProvider(out, answer, answer.GetProvider(), answer.GetCallbackSecret())
}

// ListProviders lists providers.
type ListProviders struct{}

// Run does it, page by page.
func (ListProviders) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	all := &notificationsv1.ListProvidersResponse{}
	request := &notificationsv1.ListProvidersRequest{PageSize: 500}
	for {
		page, err := notificationsv1.NewProviderServiceClient(conn).ListProviders(ctx, request)
		if err != nil {
			return err
		}
		all.Providers = append(all.Providers, page.GetProviders()...)
		if request.PageToken = page.GetNextPageToken(); request.PageToken == "" {
			break
		}
	}
	var rows [][]string
	for _, p := range all.GetProviders() {
		rows = append(rows, []string{
			fmt.Sprint(p.GetProviderId()), p.GetName(), ownerOf(p), state(p.GetDisabled()), dataSetName(p.GetDataSet()), p.GetNotificationUri(),
		})
	}
	return out.table(all, []string{"ID", "NAME", "OF", "STATE", "DATA SET", "TOLD AT"}, rows)
}

// ownerOf is who dispatches as a provider.
func ownerOf(p *notificationsv1.Provider) string {
	if p.GetRole() != "" {
		return "role " + p.GetRole()
	}
	return "client " + p.GetClientId()
}

// ShowProvider shows a provider.
type ShowProvider struct{ ProviderID }

// Run does it.
func (c ShowProvider) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := notificationsv1.NewProviderServiceClient(conn).GetProvider(ctx, &notificationsv1.GetProviderRequest{ProviderId: c.ID})
	if err != nil {
		return err
	}
	return showProvider(out, answer, answer.GetProvider(), "")
}

// UpdateProvider changes a provider. Flags that are not given stay nil.
type UpdateProvider struct {
	ProviderID
	Name            *string `help:"A name for people."`
	ClientID        *string `help:"The client that dispatches as this provider from now on, instead of whoever does." placeholder:"ID"`
	Role            *string `help:"The role of the platform that does, instead of whoever does." placeholder:"ROLE"`
	NotificationURI *string `name:"notification-uri" help:"Where changes of its dispatches are told; empty for nowhere." placeholder:"URL"`
	Disabled        *bool   `help:"Shut it out, or let it back in. What is stored is still delivered." negatable:""`
}

// Validate is called when the command line was read.
func (c UpdateProvider) Validate() error {
	if c.ClientID != nil && c.Role != nil {
		return errors.New("give --client-id or --role, not both")
	}
	if len(c.paths()) == 0 {
		return errors.New("name what to change; --help lists the flags")
	}
	return nil
}

// paths are the fields of the contract that flags were given for. A new owner takes the place of the one before.
func (c UpdateProvider) paths() []string {
	owner := c.ClientID != nil || c.Role != nil
	return given([]givenField{
		{"name", c.Name != nil},
		{"client_id", owner},
		{"role", owner},
		{"notification_uri", c.NotificationURI != nil},
		{"disabled", c.Disabled != nil},
	})
}

// Run does it.
func (c UpdateProvider) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	if id := orZero(c.ClientID); id != "" {
		provider, err := notificationsv1.NewProviderServiceClient(conn).GetProvider(ctx, &notificationsv1.GetProviderRequest{ProviderId: c.ID})
		if err != nil {
			return err
		}
		if _, err := setOfClient(ctx, conn, "a provider", id, provider.GetProvider().GetDataSet()); err != nil {
			return err
		}
	}
	answer, err := notificationsv1.NewProviderServiceClient(conn).UpdateProvider(ctx, &notificationsv1.UpdateProviderRequest{
		Provider: &notificationsv1.Provider{
			ProviderId: c.ID, Name: orZero(c.Name), ClientId: orZero(c.ClientID), Role: orZero(c.Role), NotificationUri: orZero(c.NotificationURI),
			Disabled: orZero(c.Disabled),
		},
		UpdateMask: &fieldmaskpb.FieldMask{Paths: c.paths()},
	})
	if err != nil {
		return err
	}
	return showProvider(out, answer, answer.GetProvider(), "")
}

// givenField is a field of a contract, and whether a flag was given for it.
type givenField struct {
	path  string
	given bool
}

func given(fields []givenField) (paths []string) {
	for _, field := range fields {
		if field.given {
			paths = append(paths, field.path)
		}
	}
	return paths
}

// RotateCallbackSecret gives a provider's callbacks a new secret.
type RotateCallbackSecret struct{ ProviderID }

// Run does it.
func (c RotateCallbackSecret) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := notificationsv1.NewProviderServiceClient(conn).RotateCallbackSecret(ctx, &notificationsv1.RotateCallbackSecretRequest{ProviderId: c.ID})
	if err != nil {
		return err
	}
	return out.record(answer, [][2]string{{"callback secret", answer.GetCallbackSecret()}})
}

func showProvider(out Output, message proto.Message, p *notificationsv1.Provider, secret string) error {
	return out.record(message, [][2]string{
		{"id", fmt.Sprint(p.GetProviderId())},
		{"callback secret", secret},
		{"name", p.GetName()},
		{"of", ownerOf(p)},
		{"data set", dataSetName(p.GetDataSet())},
		{"state", state(p.GetDisabled())},
		{"told at", p.GetNotificationUri()},
		{"created", moment(p.GetCreatedAt())},
		{"updated", moment(p.GetUpdatedAt())},
	})
}
