package notifications

import (
	"context"
	"errors"
	"strings"
	"unicode"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
	"github.com/ventanilla/ventanilla/services/notifications/internal/template"
)

type templateService struct {
	notificationsv1.UnimplementedTemplateServiceServer
	*Service
}

// PutTemplate stores a text.
func (s *templateService) PutTemplate(ctx context.Context, req *notificationsv1.PutTemplateRequest) (*notificationsv1.PutTemplateResponse, error) {
	in := req.GetTemplate()
	if err := checkTemplate(in); err != nil {
		return nil, err
	}
	if err := s.ownsProvider(ctx, in.GetProviderId()); err != nil {
		return nil, err
	}
	stored, err := s.store.PutTemplate(ctx, authn.CallerOf(ctx).Actor(), store.Template{
		ProviderID: in.GetProviderId(), Name: in.GetName(), Title: in.GetTitle(), Message: in.GetMessage(), Lengths: in.GetLengths(),
	})
	if errors.Is(err, store.ErrTooMany) {
		return nil, rpcerr.Invalid("template.name", "there is no room: a provider has at most 1000 templates, and a template 10000 versions")
	}
	if err != nil {
		return nil, providerFailure(err, "storing a template")
	}
	return &notificationsv1.PutTemplateResponse{Template: templateToProto(stored)}, nil
}

// GetTemplate returns one version.
func (s *templateService) GetTemplate(ctx context.Context, req *notificationsv1.GetTemplateRequest) (*notificationsv1.GetTemplateResponse, error) {
	missing := rpcerr.New(errorsv1.Reason_REASON_TEMPLATE_NOT_FOUND, "the provider has no template of the name and version")
	if strings.ContainsFunc(req.GetName(), unicode.IsControl) {
		return nil, missing
	}
	err := s.ownsProvider(ctx, req.GetProviderId())
	if rpcerr.Reason(err) == errorsv1.Reason_REASON_PROVIDER_NOT_FOUND {
		return nil, missing
	}
	if err != nil {
		return nil, err
	}
	stored, err := s.store.Template(ctx, req.GetProviderId(), req.GetName(), req.GetVersion())
	if errors.Is(err, sqlstore.ErrNotFound) {
		return nil, missing
	}
	if err != nil {
		return nil, sqlstore.Failure(err, "reading a template")
	}
	return &notificationsv1.GetTemplateResponse{Template: templateToProto(stored)}, nil
}

// ListTemplates returns the newest versions.
func (s *templateService) ListTemplates(ctx context.Context, req *notificationsv1.ListTemplatesRequest) (*notificationsv1.ListTemplatesResponse, error) {
	if err := s.ownsProvider(ctx, req.GetProviderId()); err != nil {
		return nil, err
	}
	templates, err := s.store.Templates(ctx, req.GetProviderId())
	if err == nil && len(templates) == 0 {
		_, err = s.store.Provider(ctx, req.GetProviderId())
	}
	if err != nil {
		return nil, providerFailure(err, "listing templates")
	}
	answer := &notificationsv1.ListTemplatesResponse{}
	for _, t := range templates {
		answer.Templates = append(answer.Templates, templateToProto(t))
	}
	return answer, nil
}

// ownsProvider fails with PROVIDER_NOT_FOUND for a provider that is not the caller's.
func (s *Service) ownsProvider(ctx context.Context, providerID int64) error {
	owns, err := s.owns(ctx, authn.CallerOf(ctx), providerID)
	if err == nil && !owns {
		err = providerFailure(store.ErrNoProvider, "")
	}
	return err
}

// checkTemplate refuses a text that could not be sent.
func checkTemplate(in *notificationsv1.Template) error {
	if strings.ContainsFunc(in.GetTitle(), unicode.IsControl) {
		return rpcerr.Invalid("template.title", "must not have control characters")
	}
	if strings.ContainsFunc(in.GetMessage(), func(r rune) bool { return unicode.IsControl(r) && r != '\n' }) {
		return rpcerr.Invalid("template.message", "must not have control characters but line feeds")
	}
	_, err := template.Parse(in.GetTitle(), in.GetMessage(), in.GetLengths())
	if refused, is := errors.AsType[*template.Error](err); is {
		return rpcerr.Invalid("template."+refused.Field, refused.Description)
	}
	return err
}

func templateToProto(t store.Template) *notificationsv1.Template {
	return &notificationsv1.Template{
		ProviderId: t.ProviderID, Name: t.Name, Version: t.Version, Title: t.Title, Message: t.Message, Lengths: t.Lengths,
		CreatedAt: timestamppb.New(t.CreatedAt),
	}
}
