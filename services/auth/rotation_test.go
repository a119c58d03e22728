package auth_test

import (
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// overlap gives a client a new secret beside the old one.
func (r *replica) overlap(client registered, life time.Duration) (registered, *authv1.Client) {
	r.t.Helper()
	answer, err := r.clients().RotateSecret(r.security(), &authv1.RotateSecretRequest{
		ClientId: client.id, Overlap: durationpb.New(life),
	})
	check(r.t, err)
	return registered{client.id, answer.GetClientSecret()}, answer.GetClient()
}

func TestAnOldSecretServesUntilTheOverlapEnds(t *testing.T) {
	p := newPlatform(t)
	r, behind := p.replica(false), p.replica(false)
	old := r.register(partner("a"))
	token := r.issue(old)
	fresh, shown := r.overlap(old, 2*time.Minute)
	end := start.Add(2 * time.Minute).Truncate(time.Second).Add(time.Second) // Internal tokens end at whole seconds.
	if shown.GetEpoch() != 0 || !shown.GetPreviousSecretExpiresAt().AsTime().Equal(end) {
		t.Errorf("rotated to %v", shown)
	}
	for _, replica := range []*replica{r, behind} {
		for _, secret := range []registered{old, fresh} {
			if !replica.introspect(replica.by(secret), token).GetActive() || replica.issue(secret) == "" {
				t.Error("a token died")
			}
		}
	}
	for secret, want := range map[registered]time.Time{old: end, fresh: start.Truncate(time.Second).Add(5 * time.Minute)} {
		answer, err := r.exchange(bySecret(secret))
		check(t, err)
		if got := answer.GetExpiresAt().AsTime(); !got.Equal(want) {
			t.Errorf("exchanged until %v, want %v", got, want)
		}
	}

	p.clock.Advance(end.Add(-time.Millisecond).Sub(start))
	for _, replica := range []*replica{r, behind} {
		if !replica.introspect(replica.by(old), token).GetActive() {
			t.Error("the old secret does not serve to the end")
		}
	}
	p.clock.Advance(time.Millisecond)
	for _, replica := range []*replica{r, behind} {
		_, err := replica.tokens().IssueToken(t.Context(), issueRequest(old))
		wantReason(t, err, errorsv1.Reason_REASON_CREDENTIAL_INVALID)
		_, err = replica.exchange(bySecret(old))
		wantReason(t, err, errorsv1.Reason_REASON_CREDENTIAL_INVALID)
		replica.issue(fresh)
	}
	got, err := r.clients().GetClient(r.security(), &authv1.GetClientRequest{ClientId: old.id})
	check(t, err)
	if got.GetClient().GetPreviousSecretExpiresAt() != nil {
		t.Error("the overlap is shown when it is over")
	}
}

func TestANewRotationEndsTheOverlap(t *testing.T) {
	r := newPlatform(t).replica(false)
	first := r.register(partner())
	second, _ := r.overlap(first, time.Hour)
	third, _ := r.overlap(second, time.Hour)
	r.issue(second)
	_, err := r.tokens().IssueToken(t.Context(), issueRequest(first))
	wantReason(t, err, errorsv1.Reason_REASON_CREDENTIAL_INVALID)
	last := r.rotate(third)
	for _, secret := range []registered{second, third} {
		_, err := r.tokens().IssueToken(t.Context(), issueRequest(secret))
		wantReason(t, err, errorsv1.Reason_REASON_CREDENTIAL_INVALID)
	}
	r.issue(last)
}

func TestAnOverlapHasBounds(t *testing.T) {
	r := newPlatform(t).replica(false)
	client := r.register(partner())
	for _, overlap := range []time.Duration{-time.Second, 31 * 24 * time.Hour} {
		_, err := r.clients().RotateSecret(r.security(), &authv1.RotateSecretRequest{ClientId: client.id, Overlap: durationpb.New(overlap)})
		wantReason(t, err, errorsv1.Reason_REASON_FIELD_INVALID)
	}
}
