package tuidd

import (
	"errors"
	"net/http"
	"strconv"

	"golang.org/x/text/language"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	tuiddv1 "github.com/ventanilla/ventanilla/proto/gen/go/tuidd/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
)

// batch is many requests for services.
type batch struct {
	items []batchItem
	// good are those that can be asked for, in their order.
	good []*notificationsv1.DispatchRequest
}

// batchItem is one of them: why it cannot be asked for, or how its members were spelt.
type batchItem struct {
	err   error
	names written
}

func newBatch(items []any) batch {
	b := batch{items: make([]batchItem, len(items))}
	for i, item := range items {
		object, ok := item.(map[string]any)
		if !ok {
			b.items[i].err = rpcerr.Invalid(itemsField+"["+strconv.Itoa(i)+"]", "is no object")
			continue
		}
		request, names, err := readService(object)
		if err != nil {
			b.items[i].err = err
			continue
		}
		b.items[i].names = names
		b.good = append(b.good, request)
	}
	return b
}

// answer has what came of each, in the order of the items.
func (b batch) answer(tag language.Tag, known *notificationsv1.DispatchBatchResponse) (*tuiddv1.CreateServicesResponse, error) {
	answers := known.GetItems()
	if len(answers) != len(b.good) {
		return nil, errors.New("the notifications service answered another number of items")
	}
	out := &tuiddv1.CreateServicesResponse{Items: make([]*tuiddv1.CreateServicesItem, len(b.items))}
	for i, item := range b.items {
		err := item.err
		if err == nil {
			answer := answers[0]
			answers = answers[1:]
			if done := answer.GetStored(); done != nil {
				out.Items[i] = &tuiddv1.CreateServicesItem{Status: http.StatusCreated, Service: stored(done), Replayed: new(done.GetReplayed())}
				continue
			}
			err = dispatchError(failureError(answer.GetFailure()), item.names)
		}
		out.Items[i] = failedItem(tag, err)
	}
	return out, nil
}

// failureError is the error that a call for the item alone would have had.
func failureError(f *notificationsv1.DispatchFailure) error {
	reason := errorsv1.Reason(errorsv1.Reason_value["REASON_"+f.GetReason()])
	var fields []rpcerr.Option
	for _, field := range f.GetFields() {
		fields = append(fields, rpcerr.Field(field.GetField(), field.GetDescription()))
	}
	return rpcerr.New(reason, f.GetMessage(), fields...)
}

func failedItem(tag language.Tag, err error) *tuiddv1.CreateServicesItem {
	failed := failureOf(tag, err)
	body := &tuiddv1.Failure{Code: int32(failed.Code), Status: failed.Status, Message: failed.Message}
	for _, d := range failed.Details {
		body.Details = append(body.Details, &tuiddv1.Detail{Field: d.Field, Reason: d.Reason})
	}
	return &tuiddv1.CreateServicesItem{Status: body.GetCode(), Error: body}
}
