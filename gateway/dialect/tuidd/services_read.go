package tuidd

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/ventanilla/ventanilla/gateway/dialect"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	tuiddv1 "github.com/ventanilla/ventanilla/proto/gen/go/tuidd/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
)

// The size of a page.
const (
	usualLimit = 50
	maxLimit   = 500
	// maxListed is how far a list can be paged through.
	maxListed = 10000
)

// listFields names the fields of the domain request as the endpoint does.
var listFields = dialect.Fields{
	Request: (*notificationsv1.ListDispatchesRequest)(nil),
	Names: map[string]string{
		"filter.provider_id": "provider_id",
		"filter.status":      "status",
		"filter.channel":     "channel",
		"filter.reference":   "reference",
		"filter.from":        "from",
		"filter.to":          "to",
		"page":               "page",
		"page_size":          "limit",
	},
}

// GetService tells what became of a request.
func (a *servicesAdapter) GetService(ctx context.Context, in *tuiddv1.GetServiceRequest) (*tuiddv1.GetServiceResponse, error) {
	caller, err := a.caller(ctx)
	if err != nil {
		return nil, err
	}
	var known *notificationsv1.GetDispatchResponse
	err = caller.Call(ctx, func(ctx context.Context) (err error) {
		known, err = a.dispatches.GetDispatch(ctx, &notificationsv1.GetDispatchRequest{DispatchId: in.GetId()})
		return err
	})
	if err != nil {
		return nil, absent(err, errorsv1.Reason_REASON_DISPATCH_NOT_FOUND)
	}
	return service(known.GetDispatch()), keepNothing(ctx)
}

// cancel takes back what is not sent yet.
func (a *servicesAdapter) cancel(r *http.Request, path map[string]string) (*answered, error) {
	caller, err := a.caller(r.Context())
	if err != nil {
		return nil, err
	}
	err = caller.Call(r.Context(), func(ctx context.Context) error {
		_, err := a.dispatches.CancelDispatch(ctx, &notificationsv1.CancelDispatchRequest{DispatchId: path["id"]})
		return err
	})
	return &answered{status: http.StatusNoContent}, absent(err, errorsv1.Reason_REASON_DISPATCH_NOT_FOUND)
}

// ListServices returns a page of the caller's requests.
func (a *servicesAdapter) ListServices(ctx context.Context, in *tuiddv1.ListServicesRequest) (*tuiddv1.ListServicesResponse, error) {
	caller, err := a.caller(ctx)
	if err != nil {
		return nil, err
	}
	if err := dialect.Query(ctx, in); err != nil {
		return nil, err
	}
	request, err := listRequest(in)
	if err != nil {
		return nil, err
	}
	var known *notificationsv1.ListDispatchesResponse
	err = caller.Call(ctx, func(ctx context.Context) (err error) {
		known, err = a.dispatches.ListDispatches(ctx, request)
		return err
	})
	if err != nil {
		return nil, listFields.Translate(err)
	}
	page := page{in: in, page: request.GetPage(), limit: request.GetPageSize(), total: known.GetTotal()}
	out := &tuiddv1.ListServicesResponse{
		Page: page.page, Limit: page.limit, Total: page.total, Pages: page.pages(), Links: page.links(),
	}
	if known.GetTotalCapped() {
		out.TotalCapped = new(true)
	}
	for _, d := range known.GetDispatches() {
		out.Items = append(out.Items, listed(d))
	}
	return out, keepNothing(ctx, "Link", page.header(out.GetLinks()))
}

// listRequest is a query in the domain's words.
func listRequest(in *tuiddv1.ListServicesRequest) (*notificationsv1.ListDispatchesRequest, error) {
	out := &notificationsv1.ListDispatchesRequest{Page: 1, PageSize: usualLimit, Filter: &notificationsv1.DispatchFilter{Reference: in.GetReference()}}
	filter := out.GetFilter()
	var ok bool
	if filter.Status, ok = statusOf(in.GetStatus()); !ok && in.GetStatus() != "" {
		return nil, rpcerr.Invalid("status", "is none of the statuses")
	}
	if filter.Channel, ok = channelOf(in.GetChannel()); !ok && in.GetChannel() != "" {
		return nil, rpcerr.Invalid("channel", "is none of the channels")
	}
	var err error
	if filter.From, err = parseTime("from", in.GetFrom()); err != nil {
		return nil, err
	}
	if filter.To, err = parseTime("to", in.GetTo()); err != nil {
		return nil, err
	}
	if in.ProviderId != nil {
		if filter.ProviderId = in.GetProviderId(); filter.GetProviderId() < 1 {
			return nil, rpcerr.Invalid("provider_id", "is no provider's") // the domain takes 0 for all
		}
	}
	if in.Page != nil {
		out.Page = in.GetPage()
	}
	if in.Limit != nil {
		out.PageSize = in.GetLimit()
	}
	switch {
	case out.GetPageSize() < 1 || out.GetPageSize() > maxLimit:
		return nil, rpcerr.Invalid("limit", "is not 1 to 500")
	case out.GetPage() < 1 || int64(out.GetPage())*int64(out.GetPageSize()) > maxListed:
		return nil, rpcerr.Invalid("page", "is not 1 or more, or is beyond the first 10000: narrow the filter")
	}
	return out, nil
}

// page is where a list is.
type page struct {
	in                 *tuiddv1.ListServicesRequest
	page, limit, total int32
}

// pages is how many there are, at least one.
func (p page) pages() int32 { return max(1, (p.total+p.limit-1)/p.limit) }

func (p page) links() *tuiddv1.PageLinks {
	last := p.pages()
	out := &tuiddv1.PageLinks{First: p.at(1), Last: p.at(last)}
	if p.page > 1 {
		out.Prev = new(p.at(min(p.page-1, last)))
	}
	if p.page < last {
		out.Next = new(p.at(p.page + 1))
	}
	return out
}

// at is the address of a page of the same list.
func (p page) at(number int32) string {
	query := url.Values{"page": {strconv.Itoa(int(number))}, "limit": {strconv.Itoa(int(p.limit))}}
	for name, value := range map[string]string{
		"status": p.in.GetStatus(), "channel": p.in.GetChannel(), "reference": p.in.GetReference(), "from": p.in.GetFrom(), "to": p.in.GetTo(),
	} {
		if value != "" {
			query.Set(name, value)
		}
	}
	if p.in.ProviderId != nil {
		query.Set("provider_id", strconv.FormatInt(p.in.GetProviderId(), 10))
	}
	return ServicesPath + "?" + query.Encode()
}

// header are the links as RFC 8288 has them.
func (page) header(links *tuiddv1.PageLinks) string {
	values := []string{"<" + links.GetFirst() + `>; rel="first"`}
	if links.Prev != nil {
		values = append(values, "<"+links.GetPrev()+`>; rel="prev"`)
	}
	if links.Next != nil {
		values = append(values, "<"+links.GetNext()+`>; rel="next"`)
	}
	return strings.Join(append(values, "<"+links.GetLast()+`>; rel="last"`), ", ")
}
