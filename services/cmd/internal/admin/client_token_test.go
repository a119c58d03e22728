package admin

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

func TestALifeIsInDaysOrATime(t *testing.T) {
	for text, want := range map[string]time.Duration{"90d": 90 * day, "18262d": 18262 * day, "12h30m": 12*time.Hour + 30*time.Minute} {
		var life Life
		if err := life.UnmarshalText([]byte(text)); err != nil || time.Duration(life) != want {
			t.Errorf("%s is read as %v, %v", text, time.Duration(life), err)
		}
	}
	for _, text := range []string{"", "d", "0d", "-1d", "1.5d", "99999d", "36601d", "90", "-1h", "soon"} {
		var life Life
		if err := life.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is read as %v", text, time.Duration(life))
		}
	}
}

// An auth that does not know of forms makes an opaque key, which the operator is to end.
func TestATokenOfTheReleaseBeforeIsNotShown(t *testing.T) {
	var written bytes.Buffer
	out := Output{Writer: &written}
	run := func(form authv1.ApiKeyForm) error {
		to := &dispatcher{answers: map[string]proto.Message{"CreateApiKey": &authv1.CreateApiKeyResponse{
			Key: "the key", ApiKey: &authv1.ApiKey{ApiKeyId: "k1", Form: form},
		}}}
		command := CreateClientToken{Client: "c1", Name: "A token", API: []string{"segurança"}, ExpiresIn: Life(90 * day)}
		err := command.Run(t.Context(), to.connect(t), out)
		asked, ok := to.asked[0].(*authv1.CreateApiKeyRequest)
		if !ok || asked.GetForm() != authv1.ApiKeyForm_API_KEY_FORM_JWT || asked.GetApis()[0] != "segurança" ||
			asked.GetExpiresAt().AsTime().Before(time.Now().Add(89*day)) {
			t.Errorf("asked %v", asked)
		}
		return err
	}
	if err := run(authv1.ApiKeyForm_API_KEY_FORM_UNSPECIFIED); err == nil || !strings.Contains(err.Error(), "api-key delete k1") {
		t.Errorf("got %v", err)
	}
	if written.Len() > 0 {
		t.Errorf("shown: %s", written.String())
	}
	if err := run(authv1.ApiKeyForm_API_KEY_FORM_JWT); err != nil || !strings.Contains(written.String(), "token    the key") {
		t.Errorf("shown %q, %v", written.String(), err)
	}
}
