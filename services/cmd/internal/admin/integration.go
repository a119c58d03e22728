package admin

import (
	"context"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

// Integrations are the commands about endpoints of clients that log beneficiaries in and tell about them.
type Integrations struct {
	Create CreateIntegration   `cmd:"" help:"Enter an integration of a client, from a file."`
	Show   ShowIntegration     `cmd:"" help:"Show an integration, without the values of its headers and parameters."`
	List   ListIntegrations    `cmd:"" help:"List integrations, oldest first."`
	Update UpdateIntegration   `cmd:"" help:"Change what a file says and nothing else."`
	Delete DeleteIntegration   `cmd:"" help:"End an integration, with what it told about persons."`
	Try    TryIntegration      `cmd:"" help:"Log in at an integration's endpoint, and tell what came of each step. Nothing is kept."`
	Rewrap RewrapSessionSecret `cmd:"" name:"rewrap-secrets" help:"Seal the secrets of session under the key-encryption key that is configured now."`
}

// IntegrationKey names an integration.
type IntegrationKey struct {
	Key string `arg:"" help:"The integration's key, as \"admin integration list\" shows it."`
}

// ShowIntegration shows an integration.
type ShowIntegration struct {
	IntegrationKey
	AsFile bool `help:"Write it as a file that \"admin integration update\" reads."`
}

// Help says what is not shown.
func (ShowIntegration) Help() string {
	return `Values of headers and parameters are stored sealed and never shown. In a file for "admin integration update", one without a value keeps the value that is stored.`
}

// Run does it.
func (c ShowIntegration) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := sessionv1.NewIntegrationServiceClient(conn).GetIntegration(ctx, &sessionv1.GetIntegrationRequest{IntegrationKey: c.Key})
	if err != nil {
		return err
	}
	if !c.AsFile {
		return showIntegration(out, answer, answer.GetIntegration())
	}
	text, err := integrationFile(answer.GetIntegration())
	if err != nil {
		return err
	}
	_, err = out.Writer.Write(text)
	return err
}

// ListIntegrations lists integrations.
type ListIntegrations struct {
	Limit    int    `help:"At most so many (1 to 10000)." default:"50"`
	ClientID string `help:"Only of this client." placeholder:"ID"`
}

// Validate is called when the command line was read.
func (c ListIntegrations) Validate() error { return checkEntries(c.Limit) }

// Run does it, page by page.
func (c ListIntegrations) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	all, next, err := pages(c.Limit, func(size int32, token string) ([]*sessionv1.Integration, string, error) {
		page, err := sessionv1.NewIntegrationServiceClient(conn).ListIntegrations(ctx, &sessionv1.ListIntegrationsRequest{
			PageSize: size, PageToken: token, ClientId: c.ClientID,
		})
		return page.GetIntegrations(), page.GetNextPageToken(), err
	})
	if err != nil {
		return err
	}
	var rows [][]string
	for _, i := range all {
		rows = append(rows, []string{
			i.GetIntegrationKey(), i.GetName(), i.GetClientId(), dataSetName(i.GetDataSet()), state(i.GetDisabled()), i.GetLogin().GetUrl(),
		})
	}
	return out.table(&sessionv1.ListIntegrationsResponse{Integrations: all, NextPageToken: next},
		[]string{"KEY", "NAME", "CLIENT", "DATA SET", "STATE", "LOGS IN AT"}, rows)
}

// DeleteIntegration ends an integration.
type DeleteIntegration struct {
	IntegrationKey
	Yes bool `help:"Do not ask. Needed where there is no terminal to ask on." short:"y"`
}

// Help says what is in the way.
func (DeleteIntegration) Help() string {
	return `A functionality that has the integration is in the way: give it another, or none ("admin functionality update KEY --integration="), or end it.`
}

// Run does it.
func (c DeleteIntegration) Run(ctx context.Context, conn *grpc.ClientConn, in Input, out Output) error {
	if err := in.confirmName(c.Yes, "This ends the integration with what it told about persons. It cannot be undone.", c.Key); err != nil {
		return err
	}
	answer, err := sessionv1.NewIntegrationServiceClient(conn).DeleteIntegration(ctx, &sessionv1.DeleteIntegrationRequest{IntegrationKey: c.Key})
	if err != nil {
		return err
	}
	return out.record(answer, [][2]string{{"deleted", c.Key}})
}

func showIntegration(out Output, message proto.Message, i *sessionv1.Integration) error {
	return out.record(message, [][2]string{
		{"key", i.GetIntegrationKey()},
		{"name", i.GetName()},
		{"client", i.GetClientId()},
		{"data set", dataSetName(i.GetDataSet())},
		{"state", state(i.GetDisabled())},
		{"static headers", names(i.GetStaticHeaders())},
		{"authorization", i.GetAuthorization().GetUrl()},
		{"login", i.GetLogin().GetUrl()},
		{"refresh", i.GetRefresh().GetUrl()},
		{"attributes", attributesText(i.GetAttributes())},
		{"unique key", i.GetUniqueKeyAttribute()},
		{"security headers", strings.Join(i.GetSecurityHeaders(), " ")},
		{"created", moment(i.GetCreatedAt())},
		{"updated", moment(i.GetUpdatedAt())},
	})
}
