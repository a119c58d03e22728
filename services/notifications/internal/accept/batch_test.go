package accept_test

import (
	"fmt"
	"strings"
	"testing"

	"buf.build/go/protovalidate"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	"github.com/ventanilla/ventanilla/pkg/rpcserver"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	"github.com/ventanilla/ventanilla/services/notifications/internal/accept"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

// drawRequest draws requests that are good, bad by the contract, bad by its words, repetitions of each other, and in conflict.
func drawRequest(w *world) *rapid.Generator[*notificationsv1.DispatchRequest] {
	return rapid.Custom(func(t *rapid.T) *notificationsv1.DispatchRequest {
		in := w.request()
		name := rapid.SampledFrom([]string{"", "", "a", "b"})
		in.IdempotencyKey, in.Reference = name.Draw(t, "key"), name.Draw(t, "reference")
		in.Destination = rapid.SampledFrom([]string{"all", "all", "all", "phone", "nobody", "", strings.Repeat("x", 65)}).Draw(t, "destination")
		in.Notification.Message = rapid.SampledFrom([]string{"uno", "uno", "dos", "", strings.Repeat("x", 179), strings.Repeat("x", 1025)}).Draw(t, "message")
		in.Notification.Channel = rapid.SampledFrom([]notificationsv1.Channel{1, 2, 2, 3, 0, 77}).Draw(t, "channel")
		if rapid.Bool().Draw(t, "code") {
			in.QrCode = &notificationsv1.QRCode{Kind: rapid.SampledFrom([]string{"ticket", "ticket", "x"}).Draw(t, "kind"), Title: "t"}
		}
		in.ServiceToken = rapid.SampledFrom([]string{token, token, token, "wrong", ""}).Draw(t, "token")
		return in
	})
}

// outcomes are what can be compared of answers: which of them is the first of its dispatch, or why it failed.
type outcomes struct {
	first map[string]int
	all   []string
}

func (o *outcomes) add(out *notificationsv1.DispatchResponse, reason, text string, fields []string) {
	if out == nil {
		o.all = append(o.all, fmt.Sprint(reason, ": ", text, fields))
		return
	}
	if !out.GetReplayed() {
		o.first[out.GetDispatchId()] = len(o.all)
	}
	o.all = append(o.all, fmt.Sprint(out.GetStatus(), out.GetCode() != "", out.GetReplayed(), o.first[out.GetDispatchId()]))
}

func together(t *rapid.T, w *world, a *accept.Acceptor, requests []*notificationsv1.DispatchRequest) []string {
	o := outcomes{first: make(map[string]int)}
	for _, item := range a.DispatchBatch(w.t.Context(), client, requests) {
		var fields []string
		for _, f := range item.GetFailure().GetFields() {
			fields = append(fields, f.GetField()+": "+f.GetDescription())
		}
		o.add(item.GetStored(), item.GetFailure().GetReason(), item.GetFailure().GetMessage(), fields)
	}
	if len(o.all) != len(requests) {
		t.Fatalf("%d answers to %d requests", len(o.all), len(requests))
	}
	return o.all
}

// oneByOne calls as a server does, which holds a request against the contract first.
func oneByOne(w *world, a *accept.Acceptor, contract protovalidate.Validator, requests []*notificationsv1.DispatchRequest) []string {
	o := outcomes{first: make(map[string]int)}
	for _, in := range requests {
		err := rpcserver.Validate(contract, in)
		var out *notificationsv1.DispatchResponse
		if err == nil {
			out, err = a.Dispatch(w.t.Context(), client, in)
		}
		var fields []string
		for _, f := range rpcerr.Fields(err) {
			fields = append(fields, f.Field+": "+f.Description)
		}
		o.add(out, strings.TrimPrefix(rpcerr.Reason(err).String(), "REASON_"), rpcerr.Public(err).Message(), fields)
	}
	return o.all
}

// A batch answers as calls of their own would that come in its order.
func TestABatchIsManyCalls(t *testing.T) {
	w := newWorld(t, sqliteURL(t), 8)
	a := w.acceptor(w.store)
	contract, err := protovalidate.New()
	check(t, err)
	providers := 0
	rapid.Check(t, func(t *rapid.T) {
		drawn := rapid.SliceOfN(drawRequest(w), 1, 20).Draw(t, "requests")
		// Each way has a provider of its own, for which nothing was stored.
		of := func() []*notificationsv1.DispatchRequest {
			providers++
			own := fmt.Sprint("token ", providers)
			id := w.newProvider(store.Provider{DataSet: message.Production, Name: "b", ClientID: "c1"}, w.service.GetServiceId(), own)
			requests := make([]*notificationsv1.DispatchRequest, len(drawn))
			for i, in := range drawn {
				requests[i] = clone(in)
				requests[i].ProviderId = id
				if in.GetServiceToken() == token {
					requests[i].ServiceToken = own
				}
			}
			return requests
		}
		if diff := cmp.Diff(oneByOne(w, a, contract, of()), together(t, w, a, of())); diff != "" {
			t.Errorf("one by one (-), together (+):\n%s", diff)
		}
	})
}
