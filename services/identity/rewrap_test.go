package identity_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/ventanilla/ventanilla/pkg/keyring"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

func (r *replica) rewrap(role string) (*identityv1.RewrapCardKeysResponse, error) {
	return r.cardKeys().RewrapCardKeys(r.ByOperator(role), &identityv1.RewrapCardKeysRequest{})
}

func TestKeysAreSealedAnewWhileReplicasServe(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		first := p.KEK
		second, err := keyring.New(bytes.Repeat([]byte{2}, 32))
		check(t, err)
		before := p.replica()
		kept := before.issue(p.enter(student("1")))
		p.KEK = second.WithPrevious(first)
		renewed := p.replica()

		for _, role := range []string{"viewer", "editor", "support"} {
			_, err := renewed.rewrap(role)
			wantReason(t, err, errorsv1.Reason_REASON_PERMISSION_DENIED)
		}
		for _, want := range []int32{5, 0} { // a key of cards that signs and a next one of both data sets, and the log's
			answer, err := renewed.rewrap("security")
			check(t, err)
			if answer.GetRewrapped() != want || answer.GetPrivateKeys() != 5 {
				t.Errorf("sealed anew: %v, want %d of 5", answer, want)
			}
		}
		if logged := p.logged("signing keys"); len(logged) != 1 || !strings.Contains(logged[0], `"rewrapped":"5"`) {
			t.Errorf("logged %v", logged)
		}
		_, err = before.rotate(true)
		wantReason(t, err, errorsv1.Reason_REASON_KEY_NOT_READY) // it could not sign with the next key

		p.KEK = second
		late := p.replica()
		for i, r := range []*replica{before, renewed, late} {
			made := r.issue(p.enter(student(string(rune('a' + i)))))
			if made.GetKeyId() != kept.GetKeyId() || !r.offline(made) || !r.offline(kept) {
				t.Errorf("a replica does not serve after the keys were sealed anew: %v", made)
			}
		}
		if _, err := late.rotate(true); err != nil {
			t.Errorf("the next key does not open with the new key-encryption key alone: %v", err)
		}
	})
}

// A key that opens with none of the key-encryption keys keeps all others as they are.
func TestKeysAreSealedAnewAllOrNone(t *testing.T) {
	p := newPlatform(t)
	first := p.KEK
	p.replica().Stop()
	second, err := keyring.New(bytes.Repeat([]byte{2}, 32))
	check(t, err)
	lost, err := keyring.New(bytes.Repeat([]byte{3}, 32))
	check(t, err)
	p.exec(`UPDATE signing_key SET sealed_private = $1 WHERE data_set = 'staging' AND state = 'next'`, lost.Seal(make([]byte, 32), nil))
	p.KEK = second.WithPrevious(first)
	_, err = p.replica().rewrap("security")
	wantReason(t, err, errorsv1.Reason_REASON_INTERNAL)
	if logged := p.logged("signing keys"); len(logged) != 0 {
		t.Errorf("logged %v", logged)
	}
	p.KEK = first
	r := p.replica()
	if made := r.issue(p.enter(student("1"))); !r.offline(made) {
		t.Errorf("%v", made)
	}
}
