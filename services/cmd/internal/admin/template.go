package admin

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
)

// Templates are the commands about providers' texts.
type Templates struct {
	Put  PutTemplate   `cmd:"" help:"Store a text as the next version of a template, unless the newest says the same."`
	List ListTemplates `cmd:"" help:"List the newest version of each of a provider's templates."`
	Show ShowTemplate  `cmd:"" help:"Show a version of a template."`
}

// PutTemplate stores a text.
type PutTemplate struct {
	Provider int64            `arg:"" help:"The provider's number."`
	Name     string           `arg:"" help:"The template's name: lower-case words with hyphens between."`
	Title    string           `help:"The title, at most 32 characters with the longest values." required:"" placeholder:"TEXT"`
	Message  string           `help:"The message, at most 166 characters with the longest values." required:"" placeholder:"TEXT"`
	Length   map[string]int32 `help:"A placeholder and the most characters that its value may have; one for each placeholder." placeholder:"NAME=N" mapsep:"none"`
}

// Help shows one.
func (PutTemplate) Help() string {
	return `"{{name}}" stands for a value, and there is no other markup:

  admin template put 7 recordatorio --title Hora --message 'Le esperamos el {{day}} a las {{hour}}.' --length day=20 --length hour=5

A version never changes: dispatches that name one go on saying what it says.`
}

// Run does it.
func (c PutTemplate) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := notificationsv1.NewTemplateServiceClient(conn).PutTemplate(ctx, &notificationsv1.PutTemplateRequest{Template: &notificationsv1.Template{
		ProviderId: c.Provider, Name: c.Name, Title: c.Title, Message: c.Message, Lengths: c.Length,
	}})
	if err != nil {
		return err
	}
	return showTemplate(out, answer, answer.GetTemplate())
}

// ListTemplates lists a provider's templates.
type ListTemplates struct {
	Provider int64 `arg:"" help:"The provider's number."`
}

// Run does it.
func (c ListTemplates) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := notificationsv1.NewTemplateServiceClient(conn).ListTemplates(ctx, &notificationsv1.ListTemplatesRequest{ProviderId: c.Provider})
	if err != nil {
		return err
	}
	var rows [][]string
	for _, t := range answer.GetTemplates() {
		rows = append(rows, []string{t.GetName(), fmt.Sprint(t.GetVersion()), t.GetTitle(), lengthsText(t.GetLengths()), moment(t.GetCreatedAt())})
	}
	return out.table(answer, []string{"NAME", "VERSION", "TITLE", "PLACEHOLDERS", "CREATED"}, rows)
}

// ShowTemplate shows a version of a template.
type ShowTemplate struct {
	Provider int64  `arg:"" help:"The provider's number."`
	Name     string `arg:"" help:"The template's name."`
	Version  int32  `help:"The version; the newest when not given." placeholder:"N"`
}

// Run does it.
func (c ShowTemplate) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := notificationsv1.NewTemplateServiceClient(conn).GetTemplate(ctx, &notificationsv1.GetTemplateRequest{
		ProviderId: c.Provider, Name: c.Name, Version: c.Version,
	})
	if err != nil {
		return err
	}
	return showTemplate(out, answer, answer.GetTemplate())
}

func showTemplate(out Output, message proto.Message, t *notificationsv1.Template) error {
	return out.record(message, [][2]string{
		{"provider", fmt.Sprint(t.GetProviderId())},
		{"name", t.GetName()},
		{"version", fmt.Sprint(t.GetVersion())},
		{"title", t.GetTitle()},
		{"message", t.GetMessage()},
		{"placeholders", lengthsText(t.GetLengths())},
		{"created", moment(t.GetCreatedAt())},
	})
}

// lengthsText are placeholders with their lengths, by name.
func lengthsText(lengths map[string]int32) string {
	var texts []string
	for _, name := range slices.Sorted(maps.Keys(lengths)) {
		texts = append(texts, fmt.Sprintf("%s=%d", name, lengths[name]))
	}
	return strings.Join(texts, " ")
}
