package notifications_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/keyring"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	"github.com/ventanilla/ventanilla/services/notifications/internal/secret"
)

func (p *platform) keyOf(fill byte) *keyring.KEK {
	p.T.Helper()
	kek, err := keyring.New(bytes.Repeat([]byte{fill}, 32))
	check(p.T, err)
	return kek
}

// renewed is a replica with another key-encryption key, and the one before beside it.
func (p *platform) renewed() *replica {
	p.T.Helper()
	p.KEK = p.keyOf(2).WithPrevious(p.KEK)
	return p.replica()
}

func (r *replica) rewrap(role string) (*notificationsv1.RewrapSecretsResponse, error) {
	return r.providers().RewrapSecrets(r.ByOperator(role), &notificationsv1.RewrapSecretsRequest{})
}

func TestSecretsAreSealedAnewWhileReplicasServe(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		p.directory.knows("ana")
		first, second := p.KEK, p.keyOf(2)
		before := p.replica()
		providerID := before.newProvider(inProduction).GetProviderId()
		rotated, err := before.providers().RotateCallbackSecret(p.ByOperator("security"), &notificationsv1.RotateCallbackSecretRequest{ProviderId: providerID})
		check(t, err)
		hook, err := before.put(p.ByOperator("support"), "ana", webhook("https://example.org/a"))
		check(t, err)
		codes, err := p.store().SharedKeys(first).Open(t.Context(), "codes")
		check(t, err)

		renewed := p.renewed()
		for _, role := range []string{"viewer", "editor", "support", "publisher"} {
			_, err := renewed.rewrap(role)
			wantReason(t, err, errorsv1.Reason_REASON_PERMISSION_DENIED)
		}
		for _, rewrapped := range []int64{6, 0} { // two secrets of the provider, the webhook's, the keys of codes, receipts and digests
			answer, err := renewed.rewrap("security")
			check(t, err)
			wantProto(t, answer, &notificationsv1.RewrapSecretsResponse{Rewrapped: rewrapped, Secrets: 6})
		}

		p.KEK = second
		late := p.replica() // which would not start if a key of its own did not open
		if key, err := p.store().SharedKeys(second).Open(t.Context(), "codes"); err != nil || !bytes.Equal(key, codes) {
			t.Errorf("the key of codes is another: %v", err)
		}
		provider, err := p.store().Provider(t.Context(), providerID)
		check(t, err)
		if text, err := secret.Open(second, secret.OfProvider(providerID), provider.CallbackSecret); err != nil || text != rotated.GetCallbackSecret() {
			t.Errorf("the callbacks' secret is another: %v", err)
		}
		if _, err := secret.Open(second, secret.OfProvider(providerID), provider.PreviousSecret); err != nil || !provider.PreviousUntil.Equal(p.Clock.Now().Add(24*time.Hour).Truncate(time.Millisecond)) {
			t.Errorf("the secret of before does not open, or until %v: %v", provider.PreviousUntil, err)
		}
		kept, err := p.store().Recipients(t.Context(), "production", []string{"ana"})
		check(t, err)
		address := kept["ana"].Addresses[0]
		if text, err := secret.Open(second, secret.OfAddress(address.ID), address.Sealed); err != nil || text != hook.GetSecret() {
			t.Errorf("the webhook's secret is another: %v", err)
		}
		late.newProvider(inProduction)
	})
}

// A secret that opens with none of the keys is counted, and keeps no other from being sealed anew.
func TestSecretsThatDoNotOpenAreCounted(t *testing.T) {
	p := newPlatform(t)
	before := p.replica()
	lost, kept := before.newProvider(inProduction), before.newProvider(inProduction)
	before.Stop()
	_, err := p.DB.Write.ExecContext(t.Context(), `UPDATE provider SET callback_secret = $1 WHERE provider_id = $2`,
		secret.Seal(p.keyOf(3), secret.OfProvider(lost.GetProviderId()), "whsec_"), lost.GetProviderId())
	check(t, err)
	var logs bytes.Buffer
	p.Logs = &logs
	r := p.renewed()
	answer, err := r.rewrap("security")
	check(t, err)
	wantProto(t, answer, &notificationsv1.RewrapSecretsResponse{Rewrapped: 4, Secrets: 5, Unreadable: 1})
	r.Stop()
	if !bytes.Contains(logs.Bytes(), []byte("provider/")) {
		t.Error("the log does not say whose it is")
	}
	provider, err := p.store().Provider(t.Context(), kept.GetProviderId())
	check(t, err)
	if _, err := secret.Open(p.keyOf(2), secret.OfProvider(kept.GetProviderId()), provider.CallbackSecret); err != nil {
		t.Error(err)
	}
}
