package session_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc/status"

	"github.com/ventanilla/ventanilla/pkg/roletest"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

func TestABeneficiarysToken(t *testing.T) {
	p := newPlatform(t)
	a := p.app("c1", production)
	answer, err := a.beneficiaries().AuthenticateBeneficiary(a.by("seguranca"), &sessionv1.AuthenticateBeneficiaryRequest{UniqueKey: "ana@example.org"})
	roletest.Check(t, err)
	now := p.Clock.Now().Truncate(time.Millisecond)
	if ends := answer.GetToken().GetExpiresAt().AsTime(); !ends.Equal(now.Add(30 * time.Minute)) {
		t.Errorf("the token ends at %s", ends)
	}
	parts := strings.Split(answer.GetToken().GetToken(), ".")
	claims, err := base64.RawURLEncoding.DecodeString(parts[1])
	roletest.Check(t, err)
	_, rest, _ := strings.Cut(string(claims), `","idOmniContato":`)
	id := strings.TrimPrefix(strings.TrimSuffix(string(claims), `","idOmniContato":`+rest), `{"idSessao":"`)
	want := fmt.Sprintf(`"1","expiracao":%d,"aud":"beneficiario","versao":"2","iat":%d}`, now.Add(30*time.Minute).UnixMilli(), now.Unix())
	if rest != want || uuid.Validate(id) != nil {
		t.Errorf("the claims are %s", claims)
	}
	if again := a.token(); again == answer.GetToken().GetToken() {
		t.Error("two tokens are the same")
	}
}

func TestBeneficiariesThatAreNotKnown(t *testing.T) {
	p := newPlatform(t)
	a := p.app("c1", production)
	ask := func(uniqueKey string) error {
		_, err := a.beneficiaries().AuthenticateBeneficiary(a.by("seguranca"), &sessionv1.AuthenticateBeneficiaryRequest{UniqueKey: uniqueKey})
		return err
	}
	roletest.WantReason(t, ask("nobody@example.org"), errorsv1.Reason_REASON_BENEFICIARY_NOT_FOUND)
	roletest.WantReason(t, ask(strings.Repeat("a", 65)), errorsv1.Reason_REASON_BENEFICIARY_NOT_FOUND)
	roletest.WantField(t, ask(" "), errorsv1.Reason_REASON_FIELD_MISSING, "unique_key")
	_, err := a.beneficiaries().AuthenticateBeneficiary(a.by("chavePasse"), &sessionv1.AuthenticateBeneficiaryRequest{UniqueKey: "ana@example.org"})
	roletest.WantReason(t, err, errorsv1.Reason_REASON_PERMISSION_DENIED)
	a.fails = status.Error(14, "away")
	roletest.WantReason(t, ask("ana@example.org"), errorsv1.Reason_REASON_UNAVAILABLE)
}

func TestAMessageTellsItsApp(t *testing.T) {
	p := newPlatform(t)
	a := p.app("c1", production)
	longest := strings.Repeat("ñ", 178)
	sent, err := a.beneficiaries().SendMessage(a.by("mensageria"), &sessionv1.SendMessageRequest{
		UniqueKey: "ana@example.org", Message: longest, Functionality: "0", Record: "203", NotKept: true,
	})
	roletest.Check(t, err)
	if sent.GetDispatchId() != "d-1" {
		t.Errorf("sent as %v", sent)
	}
	wantProto(t, "the dispatch", a.asked[len(a.asked)-1], &notificationsv1.DispatchRequest{
		ProviderId: 3, ServiceId: 4, Destination: "p-ana", Notification: &notificationsv1.Message{
			Channel: notificationsv1.Channel_CHANNEL_FCM, Title: "Mensagem", Message: longest,
			Data: map[string]string{"functionality": "0", "record": "203", "kept": "false"},
		},
	})
}

func TestMessagesThatAreRefused(t *testing.T) {
	p := newPlatform(t)
	a := p.app("c1", production)
	own, foreign := a.page(nil), a.of("c2", production).page(nil)
	type in = sessionv1.SendMessageRequest
	for name, c := range map[string]struct {
		change func(*in)
		want   errorsv1.Reason
		field  string
	}{
		"good":                     {func(*in) {}, errorsv1.Reason_REASON_UNSPECIFIED, ""},
		"its functionality":        {func(m *in) { m.Functionality = own.GetFunctionalityKey() }, errorsv1.Reason_REASON_UNSPECIFIED, ""},
		"another's functionality":  {func(m *in) { m.Functionality = foreign.GetFunctionalityKey() }, errorsv1.Reason_REASON_FUNCTIONALITY_NOT_FOUND, ""},
		"no functionality":         {func(m *in) { m.Functionality = uuid.NewString() }, errorsv1.Reason_REASON_FUNCTIONALITY_NOT_FOUND, ""},
		"nobody":                   {func(m *in) { m.UniqueKey = "nobody@example.org" }, errorsv1.Reason_REASON_BENEFICIARY_NOT_FOUND, ""},
		"without a device":         {func(m *in) { m.UniqueKey = "rui@example.org" }, errorsv1.Reason_REASON_MESSAGE_UNDELIVERABLE, ""},
		"a blank key":              {func(m *in) { m.UniqueKey = "\t" }, errorsv1.Reason_REASON_FIELD_MISSING, "unique_key"},
		"a blank message":          {func(m *in) { m.Message = "\n" }, errorsv1.Reason_REASON_FIELD_MISSING, "message"},
		"a long message":           {func(m *in) { m.Message = strings.Repeat("a", 179) }, errorsv1.Reason_REASON_FIELD_INVALID, "message"},
		"a functionality in lines": {func(m *in) { m.Functionality = "a\nb" }, errorsv1.Reason_REASON_FIELD_INVALID, "functionality"},
		"a record in lines":        {func(m *in) { m.Record = "a\nb" }, errorsv1.Reason_REASON_FIELD_INVALID, "record"},
	} {
		t.Run(name, func(t *testing.T) {
			m := &in{UniqueKey: "ana@example.org", Message: "Olá"}
			c.change(m)
			_, err := a.beneficiaries().SendMessage(a.by("mensageria"), m)
			roletest.WantReason(t, err, c.want)
			if c.field != "" {
				roletest.WantField(t, err, c.want, c.field)
			}
		})
	}
	_, err := a.beneficiaries().SendMessage(a.by("seguranca"), &in{UniqueKey: "ana@example.org", Message: "Olá"})
	roletest.WantReason(t, err, errorsv1.Reason_REASON_PERMISSION_DENIED)
}

func TestAPersonIsErased(t *testing.T) {
	p := newPlatform(t)
	a := p.app("c1", production)
	page, token := a.page(nil), a.token()
	opened, err := a.open(token, page.GetFunctionalityKey())
	roletest.Check(t, err)
	in := &sessionv1.EraseBeneficiaryRequest{PersonId: "p-ana"}
	_, err = a.beneficiaries().EraseBeneficiary(a.ByOperator("support"), in)
	roletest.WantReason(t, err, errorsv1.Reason_REASON_PERMISSION_DENIED)
	for _, want := range []int64{3, 0} { // the token, the pass key and the beneficiary
		erased, err := a.beneficiaries().EraseBeneficiary(a.ByOperator("security"), in)
		roletest.Check(t, err)
		if erased.GetErased() != want {
			t.Errorf("%d rows were erased, not %d", erased.GetErased(), want)
		}
	}
	_, err = a.redeem(&sessionv1.PassKey{PassKey: opened.GetPassKey(), FunctionalityKey: page.GetFunctionalityKey()})
	roletest.WantReason(t, err, errorsv1.Reason_REASON_PASS_KEY_INVALID)
	_, err = a.open(token, page.GetFunctionalityKey())
	roletest.WantReason(t, err, errorsv1.Reason_REASON_SESSION_INVALID)
}
