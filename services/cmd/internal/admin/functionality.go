package admin

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

// Functionalities are the commands about pages of clients that app users are handed over to with a pass key.
type Functionalities struct {
	Create CreateFunctionality `cmd:"" help:"Enter a functionality of a client."`
	Show   ShowFunctionality   `cmd:"" help:"Show a functionality."`
	List   ListFunctionalities `cmd:"" help:"List functionalities, oldest first."`
	Update UpdateFunctionality `cmd:"" help:"Change what is given and nothing else. Disabling ends its pass keys."`
	Delete DeleteFunctionality `cmd:"" help:"End a functionality with its pass keys."`
}

// FunctionalityKey names a functionality.
type FunctionalityKey struct {
	Key string `arg:"" help:"The functionality's key (chaveFuncionalidade), as \"admin functionality list\" shows it."`
}

// ShowFunctionality shows a functionality.
type ShowFunctionality struct{ FunctionalityKey }

// Run does it.
func (c ShowFunctionality) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := sessionv1.NewFunctionalityServiceClient(conn).GetFunctionality(ctx, &sessionv1.GetFunctionalityRequest{FunctionalityKey: c.Key})
	if err != nil {
		return err
	}
	return showFunctionality(out, answer, answer.GetFunctionality())
}

// ListFunctionalities lists functionalities.
type ListFunctionalities struct {
	Limit    int    `help:"At most so many (1 to 10000)." default:"50"`
	ClientID string `help:"Only of this client." placeholder:"ID"`
}

// Validate is called when the command line was read.
func (c ListFunctionalities) Validate() error { return checkEntries(c.Limit) }

// Run does it, page by page.
func (c ListFunctionalities) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	all, next, err := pages(c.Limit, func(size int32, token string) ([]*sessionv1.Functionality, string, error) {
		page, err := sessionv1.NewFunctionalityServiceClient(conn).ListFunctionalities(ctx, &sessionv1.ListFunctionalitiesRequest{
			PageSize: size, PageToken: token, ClientId: c.ClientID,
		})
		return page.GetFunctionalities(), page.GetNextPageToken(), err
	})
	if err != nil {
		return err
	}
	var rows [][]string
	for _, f := range all {
		rows = append(rows, []string{
			f.GetFunctionalityKey(), f.GetName(), f.GetClientId(), dataSetName(f.GetDataSet()), state(f.GetDisabled()),
			f.GetPassKeyLife().AsDuration().String(), f.GetRedirectUri(),
		})
	}
	return out.table(&sessionv1.ListFunctionalitiesResponse{Functionalities: all, NextPageToken: next},
		[]string{"KEY", "NAME", "CLIENT", "DATA SET", "STATE", "PASS KEYS LIVE", "ADDRESS"}, rows)
}

// DeleteFunctionality ends a functionality.
type DeleteFunctionality struct {
	FunctionalityKey
	Yes bool `help:"Do not ask. Needed where there is no terminal to ask on." short:"y"`
}

// Run does it.
func (c DeleteFunctionality) Run(ctx context.Context, conn *grpc.ClientConn, in Input, out Output) error {
	if err := in.confirmName(c.Yes, "This ends the functionality with its pass keys. It cannot be undone.", c.Key); err != nil {
		return err
	}
	answer, err := sessionv1.NewFunctionalityServiceClient(conn).DeleteFunctionality(ctx, &sessionv1.DeleteFunctionalityRequest{FunctionalityKey: c.Key})
	if err != nil {
		return err
	}
	return out.record(answer, [][2]string{{"deleted", c.Key}})
}

func showFunctionality(out Output, message proto.Message, f *sessionv1.Functionality) error {
	return out.record(message, [][2]string{
		{"key", f.GetFunctionalityKey()},
		{"name", f.GetName()},
		{"client", f.GetClientId()},
		{"data set", dataSetName(f.GetDataSet())},
		{"state", state(f.GetDisabled())},
		{"address", f.GetRedirectUri()},
		{"pass keys live", f.GetPassKeyLife().AsDuration().String()},
		{"integration", f.GetIntegrationKey()},
		{"created", moment(f.GetCreatedAt())},
		{"updated", moment(f.GetUpdatedAt())},
	})
}
