package tuidd

import (
	"context"
	"maps"
	"net/http"
	"strconv"

	"github.com/ventanilla/ventanilla/gateway/wirejson"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	tuiddv1 "github.com/ventanilla/ventanilla/proto/gen/go/tuidd/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
)

// keyHeader makes a repetition known as one.
const keyHeader = "Idempotency-Key"

// maxKey is the longest key, in bytes.
const maxKey = 255

// maxItems is the most requests of a batch, as the contract has it.
const maxItems = 1000

// The members of parameters and of a batch.
const (
	parametersField = "parameters"
	itemsField      = "items"
)

// create stores a request for a service. It checks the caller and the request, in this order.
func (a *servicesAdapter) create(r *http.Request, _ map[string]string) (*answered, error) {
	caller, err := a.caller(r.Context())
	if err != nil {
		return nil, err
	}
	key, err := idempotencyKey(r)
	if err != nil {
		return nil, err
	}
	object, err := wirejson.ReadObject(r.Body)
	if err != nil {
		return nil, err
	}
	request, names, err := readService(object)
	if err != nil {
		return nil, err
	}
	request.IdempotencyKey = key
	var known *notificationsv1.DispatchResponse
	err = caller.Call(r.Context(), func(ctx context.Context) (err error) {
		known, err = a.dispatches.Dispatch(ctx, request)
		return err
	})
	if err != nil {
		return nil, dispatchError(err, names)
	}
	answer := stored(known)
	return &answered{http.StatusCreated, answer, answer.GetLinks().GetSelf(), known.GetReplayed()}, nil
}

// createMany stores many, each as create would. Those that are malformed are refused here and do not harm the others.
func (a *servicesAdapter) createMany(r *http.Request, _ map[string]string) (*answered, error) {
	caller, err := a.caller(r.Context())
	if err != nil {
		return nil, err
	}
	object, err := wirejson.ReadObject(r.Body)
	if err != nil {
		return nil, err
	}
	items, ok := object[itemsField].([]any)
	switch {
	case object[itemsField] == nil || ok && len(items) == 0:
		return nil, rpcerr.Missing(itemsField)
	case !ok || len(items) > maxItems:
		return nil, rpcerr.Invalid(itemsField, "is no array of at most "+strconv.Itoa(maxItems))
	}
	batch := newBatch(items)
	var known *notificationsv1.DispatchBatchResponse
	if len(batch.good) > 0 {
		err = caller.Call(r.Context(), func(ctx context.Context) (err error) {
			known, err = a.dispatches.DispatchBatch(ctx, &notificationsv1.DispatchBatchRequest{Items: batch.good})
			return err
		})
		if err != nil {
			return nil, batchFields.Translate(err)
		}
	}
	answer, err := batch.answer(negotiateLanguage(r.Header["Accept-Language"]), known)
	return &answered{status: http.StatusOK, message: answer}, err
}

// idempotencyKey is the key of a request; empty for none.
func idempotencyKey(r *http.Request) (string, error) {
	values := r.Header[keyHeader]
	switch {
	case len(values) == 0:
		return "", nil
	case len(values) > 1:
		return "", rpcerr.New(errorsv1.Reason_REASON_FIELD_REPEATED, "a header is repeated", rpcerr.Field(keyHeader, "may come once"))
	case len(values[0]) == 0 || len(values[0]) > maxKey:
		return "", rpcerr.Invalid(keyHeader, "has 1 to 255 characters")
	}
	for _, c := range []byte(values[0]) {
		if c < ' ' || c > '~' {
			return "", rpcerr.Invalid(keyHeader, "is not of printable ASCII")
		}
	}
	return values[0], nil
}

// readService reads a request for a service, however its members are spelt, and tells how they were.
func readService(object map[string]any) (*notificationsv1.DispatchRequest, written, error) {
	names := written{}
	object = maps.Clone(object)
	if given := object[parametersField]; given != nil {
		parameters, ok := given.(map[string]any)
		if !ok {
			return nil, nil, rpcerr.Invalid(parametersField, "is no object")
		}
		parameters, err := parametersSpelling.read(parameters, parametersField, parametersField, names)
		if err != nil {
			return nil, nil, err
		}
		object[parametersField] = parameters
	}
	in := &tuiddv1.CreateServiceRequest{}
	if err := wirejson.Assign(in, object); err != nil {
		return nil, nil, names.translate(err)
	}
	request, err := dispatchRequest(in)
	if err != nil {
		return nil, nil, names.translate(err)
	}
	return request, names, nil
}
