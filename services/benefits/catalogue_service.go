package benefits

import (
	"context"
	"errors"
	"regexp"
	"strconv"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	"github.com/ventanilla/ventanilla/services/benefits/internal/store"
)

type catalogueService struct {
	benefitsv1.UnimplementedCatalogueServiceServer
	*Service
}

const (
	defaultBenefits = 50
	defaultEvents   = 100
	// maxPage bounds a page in bytes: an answer may be four times as long as a request.
	maxPage = 3 << 20
)

// identifier is the form of a benefit's, and of the page tokens of lists of them.
var identifier = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

var errToken = rpcerr.Invalid("page_token", "not one that was given out")

// ListCategories returns all.
func (s *catalogueService) ListCategories(ctx context.Context, _ *benefitsv1.ListCategoriesRequest) (*benefitsv1.ListCategoriesResponse, error) {
	categories, err := s.store.Categories(ctx)
	if err != nil {
		return nil, sqlstore.Failure(err, "listing categories")
	}
	return &benefitsv1.ListCategoriesResponse{Categories: categories}, nil
}

// ListFactDefinitions returns all.
func (s *catalogueService) ListFactDefinitions(ctx context.Context, _ *benefitsv1.ListFactDefinitionsRequest) (*benefitsv1.ListFactDefinitionsResponse, error) {
	have, err := s.looked(ctx)
	if err != nil {
		return nil, err
	}
	return &benefitsv1.ListFactDefinitionsResponse{Facts: have.vocabulary.Definitions()}, nil
}

// GetBenefit returns one version.
func (s *catalogueService) GetBenefit(ctx context.Context, req *benefitsv1.GetBenefitRequest) (*benefitsv1.GetBenefitResponse, error) {
	version, err := s.store.Version(ctx, req.GetBenefitId(), req.GetVersion())
	if err != nil {
		return nil, failure(err, "reading a benefit")
	}
	answer, err := versionToProto(version)
	if err != nil {
		return nil, err
	}
	return &benefitsv1.GetBenefitResponse{Version: answer}, nil
}

// ListBenefits returns a page. It is shorter than was asked for when it would be too long for an answer.
func (s *catalogueService) ListBenefits(ctx context.Context, req *benefitsv1.ListBenefitsRequest) (*benefitsv1.ListBenefitsResponse, error) {
	after := req.GetPageToken()
	if after != "" && !identifier.MatchString(after) {
		return nil, errToken
	}
	size := int(req.GetPageSize())
	if size == 0 {
		size = defaultBenefits
	}
	filter := store.Filter{Category: req.GetCategory(), State: states[req.GetState()]}
	versions, err := s.store.Versions(ctx, filter, after, size+1) // one more shows whether there is more
	if err != nil {
		return nil, sqlstore.Failure(err, "listing benefits")
	}
	answer, length := &benefitsv1.ListBenefitsResponse{}, 0
	for i, v := range versions {
		version, err := versionToProto(v)
		if err != nil {
			return nil, err
		}
		if length += proto.Size(version); i == size || i > 0 && length > maxPage {
			answer.NextPageToken = versions[i-1].BenefitID
			break
		}
		answer.Versions = append(answer.Versions, version)
	}
	return answer, nil
}

// ListHistory returns a page of events.
func (s *catalogueService) ListHistory(ctx context.Context, req *benefitsv1.ListHistoryRequest) (*benefitsv1.ListHistoryResponse, error) {
	var after int64
	if token := req.GetPageToken(); token != "" {
		var err error
		if after, err = strconv.ParseInt(token, 10, 64); err != nil {
			return nil, errToken
		}
	}
	size := int(req.GetPageSize())
	if size == 0 {
		size = defaultEvents
	}
	events, err := s.store.History(ctx, req.GetBenefitId(), after, size+1)
	if err == nil && len(events) == 0 { // a benefit has at least one
		_, err = s.store.Version(ctx, req.GetBenefitId(), 0)
	}
	if err != nil {
		return nil, failure(err, "reading a history")
	}
	answer := &benefitsv1.ListHistoryResponse{}
	if len(events) > size {
		events = events[:size]
		answer.NextPageToken = strconv.FormatInt(events[size-1].Number, 10)
	}
	for _, e := range events {
		answer.Events = append(answer.Events, &benefitsv1.CatalogueEvent{
			At: timestamppb.New(e.At), Actor: e.Actor, Version: e.Version,
			Before: stateToProto(e.Before), After: stateToProto(e.After), Note: e.Note,
		})
	}
	return answer, nil
}

// failure is sqlstore.Failure for what is about one version.
func failure(err error, doing string) error {
	if errors.Is(err, sqlstore.ErrNotFound) {
		return rpcerr.New(errorsv1.Reason_REASON_BENEFIT_NOT_FOUND, "there is no such version of a benefit: list the benefits to see which there are")
	}
	if refused, is := errors.AsType[*store.StateError](err); is {
		return rpcerr.New(errorsv1.Reason_REASON_VERSION_STATE, whatNext(refused))
	}
	return sqlstore.Failure(err, doing)
}
