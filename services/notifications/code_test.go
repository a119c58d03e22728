package notifications_test

import (
	"bytes"
	"context"
	"fmt"
	"image/png"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/qr/qrtest"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
)

// provider dispatches as a provider of the client c1.
type provider struct {
	*replica
	id      int64
	service int32
	token   string
}

func (r *replica) subscribed() *provider {
	r.T.Helper()
	id, service := r.newProvider(inProduction).GetProviderId(), r.newService().GetServiceId()
	subscribed, err := r.providers().CreateSubscription(r.ByOperator("editor"), &notificationsv1.CreateSubscriptionRequest{ProviderId: id, ServiceId: service})
	check(r.T, err)
	r.directory.knows("ana")
	return &provider{r, id, service, subscribed.GetServiceToken()}
}

func (p *provider) dispatch(in *notificationsv1.DispatchRequest) *notificationsv1.DispatchResponse {
	p.T.Helper()
	in.ProviderId, in.ServiceId, in.ServiceToken, in.Destination = p.id, p.service, p.token, "ana"
	answer, err := notificationsv1.NewDispatchServiceClient(p.As("gateway")).Dispatch(p.byClient(inProduction), in)
	check(p.T, err)
	return answer
}

// issue makes a code.
func (p *provider) issue(code *notificationsv1.QRCode) string {
	p.T.Helper()
	if code.Kind == "" {
		code.Kind, code.Title = "ticket", "Entrada"
	}
	return p.dispatch(&notificationsv1.DispatchRequest{QrCode: code}).GetCode()
}

func (r *replica) codes() notificationsv1.CodeServiceClient {
	return notificationsv1.NewCodeServiceClient(r.As("gateway"))
}

func TestCodesAreDrawn(t *testing.T) {
	p := newPlatform(t)
	r := p.replica()
	code := r.subscribed().issue(&notificationsv1.QRCode{})
	draw := func(format notificationsv1.CodeFormat) *notificationsv1.RenderCodeResponse {
		drawn, err := r.codes().RenderCode(t.Context(), &notificationsv1.RenderCodeRequest{Code: code, Format: format})
		check(t, err)
		return drawn
	}
	for _, format := range []notificationsv1.CodeFormat{notificationsv1.CodeFormat_CODE_FORMAT_UNSPECIFIED, notificationsv1.CodeFormat_CODE_FORMAT_PNG} {
		drawn := draw(format)
		picture, err := png.Decode(bytes.NewReader(drawn.GetPicture()))
		check(t, err)
		qrtest.QuietZone(t, picture, 8)
		if text, _ := qrtest.Scan(t, picture); text != code || drawn.GetMediaType() != "image/png" {
			t.Errorf("%s reads %q, want %q", drawn.GetMediaType(), text, code)
		}
	}
	drawn := draw(notificationsv1.CodeFormat_CODE_FORMAT_SVG)
	painted := qrtest.Raster(t, drawn.GetPicture(), 4)
	if text, _ := qrtest.Scan(t, painted); text != code || drawn.GetMediaType() != "image/svg+xml" {
		t.Errorf("%s reads %q", drawn.GetMediaType(), text)
	}
	_, err := r.codes().RenderCode(t.Context(), &notificationsv1.RenderCodeRequest{Code: forged(code)})
	wantReason(t, err, errorsv1.Reason_REASON_CODE_NOT_FOUND)
}

// forged is a code with another signature.
func forged(code string) string {
	last := "A"
	if strings.HasSuffix(code, last) {
		last = "Q"
	}
	return code[:len(code)-1] + last
}

func TestCodesAreRedeemedAndRevoked(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		issuer, client := r.subscribed(), p.byClient(inProduction)
		now := p.Clock.Now()
		refusedAs := func(code, want string) {
			t.Helper()
			_, err := r.codes().RedeemCode(client, &notificationsv1.RedeemCodeRequest{Code: code})
			wantReason(t, err, errorsv1.Reason_REASON_CODE_NOT_REDEEMABLE)
			if state := rpcerr.Metadata(err, "state"); state != want {
				t.Errorf("state %q, want %q", state, want)
			}
		}
		code := issuer.issue(&notificationsv1.QRCode{Kind: "coupon", Title: "2x1", Code: "P-1", Uses: 2})
		got, err := r.codes().GetCode(client, &notificationsv1.GetCodeRequest{Code: code})
		check(t, err)
		if c := got.GetCode(); c.GetCode() != code || c.GetKind() != "coupon" || c.GetTitle() != "2x1" || c.GetProviderCode() != "P-1" || c.GetUses() != 2 || c.GetRedeemed() != 0 {
			t.Errorf("the code is %v", c)
		}
		redeem := func(key string, use int32, replayed bool) {
			t.Helper()
			answer, err := r.codes().RedeemCode(client, &notificationsv1.RedeemCodeRequest{Code: code, IdempotencyKey: key})
			check(t, err)
			if answer.GetUse() != use || answer.GetReplayed() != replayed || answer.GetRedeemedAt() == nil {
				t.Errorf("with %q: %v", key, answer)
			}
		}
		redeem("k", 1, false)
		redeem("k", 1, true)
		redeem("", 2, false)
		redeem("k", 1, true)
		refusedAs(code, "used")

		refusedAs(issuer.issue(&notificationsv1.QRCode{ValidFrom: timestamppb.New(now.Add(time.Hour))}), "early")
		short := issuer.issue(&notificationsv1.QRCode{ValidUntil: timestamppb.New(now.Add(time.Minute))})
		p.Clock.Advance(time.Minute)
		refusedAs(short, "late")
		withdrawn := issuer.issue(&notificationsv1.QRCode{})
		for _, ctx := range []context.Context{p.ByOperator("support"), p.byClient(inProduction)} {
			answer, err := r.codes().RevokeCode(ctx, &notificationsv1.RevokeCodeRequest{Code: withdrawn})
			if check(t, err); answer.GetCode().GetRevokedAt() == nil {
				t.Errorf("revoked as %v", answer)
			}
		}
		refusedAs(withdrawn, "revoked")
	})
}

// What is another's, what there is not and what is forged are answered alike.
func TestCodesOfOthersDoNotExist(t *testing.T) {
	p := newPlatform(t)
	r := p.replica()
	code := r.subscribed().issue(&notificationsv1.QRCode{})
	mine := p.byClient(inProduction)
	var answers []string
	for _, c := range []struct {
		ctx  context.Context
		code string
	}{
		{p.byClient(inStaging), code}, {p.ByPeer("gateway"), code}, {mine, forged(code)}, {mine, "x"}, {mine, code + "A"}, {mine, strings.Repeat("é", 44)},
	} {
		_, err := r.codes().RedeemCode(c.ctx, &notificationsv1.RedeemCodeRequest{Code: c.code})
		wantReason(t, err, errorsv1.Reason_REASON_CODE_NOT_FOUND)
		answers = append(answers, err.Error())
		_, err = r.codes().GetCode(c.ctx, &notificationsv1.GetCodeRequest{Code: c.code})
		answers = append(answers, err.Error())
		_, err = r.codes().RevokeCode(c.ctx, &notificationsv1.RevokeCodeRequest{Code: c.code})
		answers = append(answers, err.Error())
	}
	for _, answer := range answers {
		if answer != answers[0] {
			t.Errorf("%q is told from %q", answer, answers[0])
		}
	}
	if _, err := r.codes().GetCode(p.ByOperator("viewer"), &notificationsv1.GetCodeRequest{Code: code}); err != nil {
		t.Errorf("an operator is refused: %v", err)
	}
	_, err := r.codes().RedeemCode(p.ByOperator("support", "editor", "security"), &notificationsv1.RedeemCodeRequest{Code: code})
	wantReason(t, err, errorsv1.Reason_REASON_PERMISSION_DENIED)
	_, err = r.codes().RevokeCode(p.ByOperator("viewer"), &notificationsv1.RevokeCodeRequest{Code: code})
	wantReason(t, err, errorsv1.Reason_REASON_PERMISSION_DENIED)
}

func TestAHundredRedeemersOverTwoReplicas(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		first := p.replica()
		const uses = 30
		code := first.subscribed().issue(&notificationsv1.QRCode{Uses: uses})
		services := []notificationsv1.CodeServiceClient{first.codes(), p.replica().codes()}
		ctx := p.byClient(inProduction)
		var group sync.WaitGroup
		var numbers sync.Map
		var used atomic.Int32
		for n := range 100 {
			group.Go(func() {
				for again := range 2 { // each asks both replicas
					replayed := again == 1
					answer, err := services[(n+again)%2].RedeemCode(ctx, &notificationsv1.RedeemCodeRequest{Code: code, IdempotencyKey: fmt.Sprint(n)})
					if rpcerr.Metadata(err, "state") == "used" {
						return
					}
					if err != nil || answer.GetReplayed() != replayed {
						t.Errorf("%d: %v, %v", n, answer, err)
						return
					}
					if by, taken := numbers.LoadOrStore(answer.GetUse(), n); taken && by != n {
						t.Errorf("use %d is %v's and %d's", answer.GetUse(), by, n)
					}
					if !replayed {
						used.Add(1)
					}
				}
			})
		}
		group.Wait()
		got, err := services[1].GetCode(ctx, &notificationsv1.GetCodeRequest{Code: code})
		if check(t, err); used.Load() != uses || got.GetCode().GetRedeemed() != uses {
			t.Errorf("%d uses, %d are counted, want %d", used.Load(), got.GetCode().GetRedeemed(), uses)
		}
	})
}
