package e2e

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// pictures reach FCM as addresses at which everybody finds them.
func pictures(t *testing.T, p *peers) {
	var drawn bytes.Buffer
	if err := png.Encode(&drawn, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	d := p.dispatch(t, p.provider, p.ana, strings.Replace(advertisement("FCM", "con foto"), "{",
		`{"Picture":"`+base64.StdEncoding.EncodeToString(drawn.Bytes())+`",`, 1))
	p.arrives(t, d.ID, "sent")
	pushed := p.pushed("con foto")
	if len(pushed) != 1 {
		t.Fatalf("FCM has %+v", pushed)
	}
	path, ours := strings.CutPrefix(pushed[0].Notification.Image, p.base)
	if !ours {
		t.Fatalf("the picture is at %q, not at %q", pushed[0].Notification.Image, p.base)
	}
	a := p.send(t, call{method: http.MethodGet, path: path})
	shown, err := png.Decode(strings.NewReader(a.body))
	if a.status != http.StatusOK || a.header.Get("Content-Type") != "image/png" || err != nil || shown.Bounds().Dx() != 8 {
		t.Errorf("status %d, %s: %v", a.status, a.header.Get("Content-Type"), err)
	}
}

// tickets are drawn as they are, and redeemed once however many ask.
func tickets(t *testing.T, p *peers) {
	d := p.dispatch(t, p.provider, p.ana, `"qr_code":{"kind":"coupon","title":"2 x 1"}`)
	a := p.send(t, call{method: http.MethodGet, path: d.Links["qr_code_png"]})
	img, err := png.Decode(strings.NewReader(a.body))
	if err != nil {
		t.Fatalf("status %d: %v", a.status, err)
	}
	path := d.Links["qr_code"]
	if said := decoded(t, img); said == "" || !strings.HasSuffix(path, "/"+said) {
		t.Errorf("the drawing says %q, the code is %s", said, path)
	}
	var redeeming sync.WaitGroup
	answers := make([]answer, 20)
	for i := range answers {
		redeeming.Go(func() {
			var err error
			if answers[i], err = p.try(t.Context(), p.provider.call(http.MethodPost, path+"/redemptions", "")); err != nil {
				t.Error(err)
			}
		})
	}
	redeeming.Wait()
	redeemed := 0
	for _, a := range answers {
		switch a.status {
		case http.StatusOK, http.StatusCreated:
			redeemed++
		case http.StatusConflict:
		default:
			t.Errorf("redeeming: status %d, %s", a.status, a.body)
		}
	}
	if redeemed != 1 {
		t.Errorf("redeemed %d times", redeemed)
	}
}

// payments are settled by who signs as the payment provider, and by nobody else.
func payments(t *testing.T, p *peers) {
	d := p.dispatch(t, p.provider, p.ana, `"microPayment":{"amount":1990,"currency":"CLP","concept":"Bono","reference":"F-1"}`)
	status := func() (id, status string) {
		var payment struct{ ID, Status string }
		a := p.send(t, p.provider.call(http.MethodGet, d.Links["microPayment"], ""))
		if err := json.Unmarshal([]byte(a.body), &payment); err != nil || a.status != http.StatusOK {
			t.Fatalf("the request: %v, status %d, %s", err, a.status, a.body)
		}
		return payment.ID, payment.Status
	}
	id, first := status()
	if first != "requested" {
		t.Errorf("a new request is %s", first)
	}
	body := fmt.Sprintf(`{"payment_id":%q,"status":"paid","amount":1990,"currency":"CLP"}`, id)
	if a := p.send(t, settlement(t, "whsec_c29tZWJvZHkgZWxzZSBvZiAyNCBieXRl", body)); a.status != http.StatusUnauthorized && a.status != http.StatusForbidden {
		t.Errorf("somebody else's word: status %d, %s", a.status, a.body)
	}
	for range 2 { // it may tell twice
		if a := p.send(t, settlement(t, paymentSecret, body)); a.status >= 300 {
			t.Errorf("settling: status %d, %s", a.status, a.body)
		}
	}
	if _, now := status(); now != "paid" {
		t.Errorf("a settled request is %s", now)
	}
	p.arrives(t, d.ID, "delivered")
}

// settlement is a call of the payment provider.
func settlement(t *testing.T, secret, body string) call {
	t.Helper()
	signer, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Now()
	signature, err := signer.Sign("msg_1", at, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return call{path: "/notifications/v1/payments/settlements", body: strings.NewReader(body), header: http.Header{
		"Content-Type": {"application/json"}, "Webhook-Id": {"msg_1"}, "Webhook-Timestamp": {strconv.FormatInt(at.Unix(), 10)}, "Webhook-Signature": {signature},
	}}
}
