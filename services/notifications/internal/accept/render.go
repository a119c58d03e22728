package accept

import (
	"context"
	"errors"
	"fmt"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	"github.com/ventanilla/ventanilla/services/notifications/internal/template"
)

type templateKey struct {
	providerID int64
	name       string
	version    int32
}

// textTemplate is one that was read; there is none where found is false.
type textTemplate struct {
	template.Template
	found bool
}

func (a *Acceptor) readTemplate(ctx context.Context, key templateKey) (textTemplate, error) {
	stored, err := a.Store.Template(ctx, key.providerID, key.name, key.version)
	if errors.Is(err, sqlstore.ErrNotFound) {
		return textTemplate{}, nil
	}
	if err != nil {
		return textTemplate{}, err
	}
	parsed, err := template.Parse(stored.Title, stored.Message, stored.Lengths)
	if err != nil {
		return textTemplate{}, fmt.Errorf("reading a template: %w", err)
	}
	return textTemplate{parsed, true}, nil
}

// render returns what a template says with the values of a request.
func (a *Acceptor) render(ctx context.Context, providerID int64, field string, use *notificationsv1.TemplateUse) (title, text string, err error) {
	found, err := a.templates.get(ctx, templateKey{providerID, use.GetName(), use.GetVersion()})
	if err != nil {
		return "", "", sqlstore.Failure(err, "reading a template")
	}
	if !found.found {
		return "", "", rpcerr.New(errorsv1.Reason_REASON_TEMPLATE_NOT_FOUND, "the provider has no such template",
			rpcerr.Field(field, "the provider has no template of this name and version"))
	}
	title, text, err = found.Render(use.GetValues())
	if wrong, ok := errors.AsType[*template.Error](err); ok {
		return "", "", rpcerr.Invalid(field+"."+wrong.Field, wrong.Description)
	}
	if err != nil {
		return "", "", fmt.Errorf("rendering a template: %w", err)
	}
	var f faults
	f.plain(field+".values", title, false)
	f.plain(field+".values", text, true)
	return title, text, f.err()
}
