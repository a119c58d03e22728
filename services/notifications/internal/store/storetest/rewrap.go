package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/keyring"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

var rewrapChecks = checks{
	"secrets are sealed anew":                      secretsAreSealedAnew,
	"what does not open is left alone":             whatDoesNotOpenIsLeftAlone,
	"secrets are sealed anew while others change":  secretsAreSealedAnewWhileOthersChange,
	"more secrets than fit into one transaction":   manySecretsAreSealedAnew,
	"where nothing is sealed nothing is done anew": nothingIsSealedAnew,
}

// under seals with a name before the secret, instead of any other: "old:secret" becomes "new:secret".
func under[K int64 | string](name string) store.Reseal[K] {
	return func(key K, sealed []byte) ([]byte, bool, error) {
		_, secret, ok := bytes.Cut(sealed, []byte(":"))
		if !ok {
			return nil, false, fmt.Errorf("the secret of %v: %w", key, errOpen)
		}
		resealed := fmt.Appendf(nil, "%s:%s", name, secret)
		return resealed, !bytes.Equal(resealed, sealed), nil
	}
}

var errOpen = errors.New("sealed with another key")

// reseals seal with a name, and keys that replicas share under the key-encryption key after the first.
func reseals(t failing, s *store.Store, name string) store.Reseals {
	t.Helper()
	keys := s.SharedKeys(kekOf(t, 2).WithPrevious(kekOf(t, 1)))
	return store.Reseals{Provider: under[int64](name), Address: under[string](name), SigningKey: keys.Reseal}
}

func kekOf(t failing, fill byte) *keyring.KEK {
	t.Helper()
	kek, err := keyring.New(bytes.Repeat([]byte{fill}, 32))
	check(t, err)
	return kek
}

// hidden enters a provider whose secret of before still signs, a webhook, a device and a signing key.
func hidden(t failing, s *store.Store, name string) store.Provider {
	t.Helper()
	p, err := s.CreateProvider(ctx, "ana", store.Provider{DataSet: message.Staging, Name: name, ClientID: "c1"}, func(int64) []byte { return []byte("old:one") })
	check(t, err)
	p, err = s.RotateCallbackSecret(ctx, "ana", p.ID, []byte("old:two"), start)
	check(t, err)
	hook := webhook("https://example.org/" + name)
	hook.Sealed = []byte("old:hook")
	give(t, s, "person "+name, hook)
	give(t, s, "person "+name, device("token "+name))
	_, err = s.SharedKeys(kekOf(t, 1)).Open(ctx, name)
	check(t, err)
	return p
}

func secretsAreSealedAnew(t *testing.T, open Open) {
	s, _ := one(t, open)
	p := hidden(t, s, "codes")
	fresh := provide(t, s, "never rotated")
	_, err := s.RotateCallbackSecret(ctx, "ana", fresh.ID, []byte("old:x"), start)
	check(t, err)
	_, err = s.RotateCallbackSecret(ctx, "ana", fresh.ID, []byte("old:y"), start)
	check(t, err)
	before := len(eventsOf(t, s))
	key, err := s.SharedKeys(kekOf(t, 1)).Open(ctx, "codes")
	check(t, err)
	for _, want := range []store.Rewrapped{{Rewrapped: 6, Secrets: 6}, {Secrets: 6}} {
		done, err := s.RewrapSecrets(ctx, "berta", reseals(t, s, "new"))
		check(t, err)
		wantSame(t, "done", done, want)
	}
	read, err := s.Provider(ctx, p.ID)
	check(t, err)
	p.CallbackSecret, p.PreviousSecret = []byte("new:two"), []byte("new:one")
	wantSame(t, "the provider", read, p)
	addresses := kept(t, s, message.Production, "person codes").Addresses
	for _, a := range addresses {
		if want := map[message.Channel]string{message.Webhook: "new:hook"}[a.Channel]; string(a.Sealed) != want {
			t.Errorf("a secret of %s is %q", a.Channel, a.Sealed)
		}
	}
	resealed, err := s.SharedKeys(kekOf(t, 2)).Open(ctx, "codes")
	check(t, err)
	wantSame(t, "the key", resealed, key)
	var entered []string
	for _, e := range eventsOf(t, s)[before:] {
		entered = append(entered, strings.Join([]string{e.Actor, e.Act, e.Target, e.Before, e.After}, " "))
	}
	wantSame(t, "events", entered, []string{
		`berta RewrapSecrets secrets/callbacks  {"rewrapped":2}`, `berta RewrapSecrets secrets/callbacks  {"rewrapped":2}`,
		`berta RewrapSecrets secrets/webhooks  {"rewrapped":1}`, `berta RewrapSecrets secrets/signing-keys  {"rewrapped":1}`,
	})
}

func whatDoesNotOpenIsLeftAlone(t *testing.T, open Open) {
	s, _ := one(t, open)
	lost := provide(t, s, "sealed with another key")
	hidden(t, s, "codes")
	for _, rewrapped := range []int64{4, 0} {
		done, err := s.RewrapSecrets(ctx, "berta", reseals(t, s, "new"))
		check(t, err)
		wantClass(t, "why", done.Err, errOpen)
		done.Err = nil
		wantSame(t, "done", done, store.Rewrapped{Rewrapped: rewrapped, Secrets: 5, Unreadable: 1})
	}
	read, err := s.Provider(ctx, lost.ID)
	check(t, err)
	wantSame(t, "the lost one", read, lost)
}

func manySecretsAreSealedAnew(t *testing.T, open Open) {
	s, _ := one(t, open)
	const many = 400 // two transactions to the full
	for n := range many {
		hook := webhook(fmt.Sprint("https://example.org/", n))
		hook.Sealed = []byte("old:hook")
		give(t, s, fmt.Sprint("person ", n), hook)
	}
	done, err := s.RewrapSecrets(ctx, "ana", reseals(t, s, "new"))
	check(t, err)
	wantSame(t, "done", done, store.Rewrapped{Rewrapped: many, Secrets: many})
	last := eventsOf(t, s)
	wantSame(t, "the last event", last[len(last)-1].After, `{"rewrapped":200}`)
}

func nothingIsSealedAnew(t *testing.T, open Open) {
	s, _ := one(t, open)
	done, err := s.RewrapSecrets(ctx, "ana", reseals(t, s, "new"))
	check(t, err)
	wantSame(t, "done", done, store.Rewrapped{})
	wantSame(t, "events", len(eventsOf(t, s)), 0)
}

// Replicas seal anew while others rotate secrets, and enter and forget addresses. Nobody's secret is lost for one of before.
func secretsAreSealedAnewWhileOthersChange(t *testing.T, open Open) {
	const rounds = 16
	replica := open(t, connections, func() time.Time { return start })
	p := hidden(t, replica(), "codes")
	var group sync.WaitGroup
	for i := range 2 {
		rewraps, rotates, forgets := replica(), replica(), replica()
		group.Go(func() {
			for round := range rounds {
				if done, err := rewraps.RewrapSecrets(ctx, "ana", reseals(t, rewraps, fmt.Sprint("seal", i, round))); err != nil || done.Unreadable != 0 {
					t.Errorf("%+v, %v", done, err)
				}
			}
		})
		if i == 0 { // one rotates, so that what is last is known
			group.Go(func() {
				for round := range rounds {
					if _, err := rotates.RotateCallbackSecret(ctx, "ana", p.ID, fmt.Appendf(nil, "old:secret%d", round), start); err != nil {
						t.Error(err)
					}
				}
			})
		}
		group.Go(func() {
			for round := range rounds {
				person := fmt.Sprint("person ", i, " ", round)
				for n := range 3 {
					hook := webhook(fmt.Sprint("https://example.org/", n))
					hook.Sealed = fmt.Appendf(nil, "old:hook%d", n)
					if _, _, err := forgets.PutAddress(ctx, "ana", message.Production, person, hook); err != nil {
						t.Error(err)
					}
				}
				if round%2 == 0 {
					if _, err := forgets.EraseRecipient(ctx, "ana", message.Production, person); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	group.Wait()
	s := replica()
	if done, err := s.RewrapSecrets(ctx, "ana", reseals(t, s, "last")); err != nil || done.Secrets != 4+3*rounds {
		t.Errorf("%+v, %v", done, err)
	}
	read, err := s.Provider(ctx, p.ID)
	check(t, err)
	wantSame(t, "secrets", []string{string(read.CallbackSecret), string(read.PreviousSecret)},
		[]string{fmt.Sprint("last:secret", rounds-1), fmt.Sprint("last:secret", rounds-2)})
	for i := range 2 {
		for round := 1; round < rounds; round += 2 {
			for _, a := range kept(t, s, message.Production, fmt.Sprint("person ", i, " ", round)).Addresses {
				if want := "last:hook" + a.Value[len(a.Value)-1:]; string(a.Sealed) != want {
					t.Errorf("a secret is %q, want %q", a.Sealed, want)
				}
			}
		}
	}
}
