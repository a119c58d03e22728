package auth_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/keyring"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	"github.com/ventanilla/ventanilla/services/auth/internal/store"
)

const (
	patience = 20 * time.Second

	access   = authv1.KeyUse_KEY_USE_ACCESS
	internal = authv1.KeyUse_KEY_USE_INTERNAL
	widgets  = authv1.KeyUse_KEY_USE_WIDGET
	rs256    = authv1.SignatureAlgorithm_SIGNATURE_ALGORITHM_RS256
	es256    = authv1.SignatureAlgorithm_SIGNATURE_ALGORITHM_ES256
	eddsa    = authv1.SignatureAlgorithm_SIGNATURE_ALGORITHM_EDDSA
	hs256    = authv1.SignatureAlgorithm_SIGNATURE_ALGORITHM_HS256

	next    = authv1.KeyState_KEY_STATE_NEXT
	active  = authv1.KeyState_KEY_STATE_ACTIVE
	old     = authv1.KeyState_KEY_STATE_OLD
	retired = authv1.KeyState_KEY_STATE_RETIRED
)

func (r *replica) keys() authv1.KeyServiceClient { return authv1.NewKeyServiceClient(r.as("gateway")) }

// keysOf are the identifiers of the keys of a use and algorithm, by state; the last of each.
func (r *replica) keysOf(by context.Context, use authv1.KeyUse, algorithm authv1.SignatureAlgorithm) map[authv1.KeyState]string {
	r.t.Helper()
	answer, err := r.keys().ListKeys(by, &authv1.ListKeysRequest{})
	check(r.t, err)
	found := map[authv1.KeyState]string{}
	for _, key := range answer.GetKeys() {
		if key.GetUse() == use && key.GetAlgorithm() == algorithm {
			found[key.GetState()] = key.GetKeyId()
		}
	}
	return found
}

// published waits until there is a next key.
func (r *replica) published(by context.Context, use authv1.KeyUse, algorithm authv1.SignatureAlgorithm) map[authv1.KeyState]string {
	r.t.Helper()
	var found map[authv1.KeyState]string
	testkit.Eventually(r.t, patience, func() error {
		if found = r.keysOf(by, use, algorithm); found[next] == "" {
			return errors.New("there is no next key")
		}
		return nil
	})
	return found
}

// force rotates a key at once and returns the one that was active.
func (r *replica) force(by context.Context, use authv1.KeyUse, algorithm authv1.SignatureAlgorithm) string {
	r.t.Helper()
	answer, err := r.keys().RotateKey(by, &authv1.RotateKeyRequest{Use: use, Algorithm: algorithm, Force: true})
	check(r.t, err)
	return answer.GetKeys()[1].GetKeyId()
}

func (r *replica) retire(by context.Context, id string) *authv1.SigningKey {
	r.t.Helper()
	answer, err := r.keys().RetireKey(by, &authv1.RetireKeyRequest{KeyId: id})
	check(r.t, err)
	return answer.GetKey()
}

// kid is the key that a token names.
func kid(token string) string { return authn.SignedWith(token) }

func TestEveryUseHasANextKey(t *testing.T) {
	r := newPlatform(t).replica(true)
	by := r.security()
	for _, pair := range []struct {
		use       authv1.KeyUse
		algorithm authv1.SignatureAlgorithm
	}{{access, rs256}, {access, es256}, {access, eddsa}, {internal, es256}} {
		found := r.published(by, pair.use, pair.algorithm)
		set, err := r.tokens().GetKeySet(t.Context(), &authv1.GetKeySetRequest{Use: pair.use})
		check(t, err)
		for _, state := range []authv1.KeyState{next, active} {
			if !strings.Contains(string(set.GetJwks()), `"kid":"`+found[state]+`"`) {
				t.Errorf("the %v %v key %q is not published", pair.algorithm, state, found[state])
			}
		}
	}
}

func TestAKeyIsPublishedBeforeItSigns(t *testing.T) {
	p := newPlatform(t)
	r := p.replica(true)
	by := r.security()
	before := r.published(by, access, rs256)
	rotate := &authv1.RotateKeyRequest{Use: access, Algorithm: rs256}
	_, err := r.keys().RotateKey(by, rotate)
	wantReason(t, err, errorsv1.Reason_REASON_KEY_NOT_READY)
	p.clock.Advance(11 * time.Minute)
	by = r.security()
	answer, err := r.keys().RotateKey(by, rotate)
	check(t, err)
	var states []authv1.KeyState
	for _, key := range answer.GetKeys() {
		states = append(states, key.GetState())
	}
	if fmt.Sprint(states) != fmt.Sprint([]authv1.KeyState{active, old, next}) ||
		answer.GetKeys()[0].GetKeyId() != before[next] || answer.GetKeys()[1].GetKeyId() != before[active] {
		t.Errorf("rotated %v from %v", answer.GetKeys(), before)
	}
	if got := kid(r.issue(r.register(partner()))); got != before[next] {
		t.Errorf("signed with %s, want %s", got, before[next])
	}
	var recorded bool
	for _, entry := range r.entries(&authv1.ListLogEntriesRequest{Act: "RotateKey", Target: before[next]}) {
		recorded = recorded || strings.Contains(entry.GetText(), before[active]) && strings.HasPrefix(entry.GetActor(), "sec-")
	}
	if !recorded {
		t.Error("the rotation is not recorded")
	}
}

func TestKeyCallsThatAreRefused(t *testing.T) {
	p := newPlatform(t)
	r := p.replica(true)
	by := r.security()
	viewer := r.byOperator(r.operator("vera", authv1.OperatorRole_OPERATOR_ROLE_VIEWER))
	found := r.published(by, access, rs256)
	authority, err := store.New(r.db, r.now).EnsureKey(t.Context(), store.UseOperatorCA, nil)
	check(t, err)
	rotate := func(by context.Context, req *authv1.RotateKeyRequest) error {
		_, err := r.keys().RotateKey(by, req)
		return err
	}
	retire := func(by context.Context, id string) error {
		_, err := r.keys().RetireKey(by, &authv1.RetireKeyRequest{KeyId: id})
		return err
	}
	for name, c := range map[string]struct {
		err  error
		want errorsv1.Reason
	}{
		"internal RS256":       {rotate(by, &authv1.RotateKeyRequest{Use: internal, Algorithm: rs256}), errorsv1.Reason_REASON_FIELD_INVALID},
		"a viewer rotates":     {rotate(viewer, &authv1.RotateKeyRequest{Use: access, Algorithm: rs256}), errorsv1.Reason_REASON_PERMISSION_DENIED},
		"a viewer retires":     {retire(viewer, found[active]), errorsv1.Reason_REASON_PERMISSION_DENIED},
		"an active key":        {retire(by, found[active]), errorsv1.Reason_REASON_KEY_IN_USE},
		"a next key":           {retire(by, found[next]), errorsv1.Reason_REASON_KEY_IN_USE},
		"no key":               {retire(by, "nobody"), errorsv1.Reason_REASON_KEY_NOT_FOUND},
		"the operators' own":   {retire(by, authority.KID), errorsv1.Reason_REASON_KEY_NOT_FOUND},
		"odd":                  {retire(by, "a\x00b"), errorsv1.Reason_REASON_KEY_NOT_FOUND},
		"an algorithm unknown": {rotate(by, &authv1.RotateKeyRequest{Use: access, Algorithm: 9}), errorsv1.Reason_REASON_FIELD_INVALID},
	} {
		t.Run(name, func(t *testing.T) { wantReason(t, c.err, c.want) })
	}
	if found := r.keysOf(viewer, access, rs256); found[active] == "" {
		t.Error("a viewer sees no keys")
	}
}

func TestTheEndOfTheLastTokenIsNoted(t *testing.T) {
	r := newPlatform(t).replica(false)
	client := r.register(partner())
	noted := func() time.Time {
		key, err := store.New(r.db, r.now).EnsureKey(t.Context(), store.UseAccess, nil)
		check(t, err)
		return key.LastTokenEnds
	}
	if !noted().IsZero() {
		t.Error("a key that signed nothing has a last token")
	}
	r.issue(client)
	first := noted()
	if end := start.Truncate(time.Second).Add(time.Hour); first.Before(end) || first.After(end.Add(time.Hour)) {
		t.Errorf("noted %v for a token that ends at %v", first, end)
	}
	r.issue(client)
	if second := noted(); !second.Equal(first) {
		t.Errorf("noted again: %v", second)
	}
	r.clock.Advance(10 * time.Minute)
	r.issue(client)
	if third := noted(); third.Before(r.now().Add(time.Hour)) {
		t.Errorf("a later token is not noted: %v", third)
	}
}

func TestATokenOfAKeyNotHeardOfIsLookedUp(t *testing.T) {
	p := newPlatform(t)
	r, deaf := p.replica(true), p.replica(false)
	by := r.security()
	client := r.register(partner())
	r.published(by, access, rs256)
	for range 3 { // the second key that signs was made after the other replica looked last
		r.force(by, access, rs256)
		token := r.issue(client)
		if !deaf.introspect(deaf.by(client), token).GetActive() {
			t.Errorf("a token of the key %s is refused", kid(token))
		}
	}
	stranger := newPlatform(t).replica(false)
	if r.introspect(r.by(client), stranger.issue(stranger.register(partner()))).GetActive() {
		t.Error("another platform's token is taken for good")
	}
}

func TestARetiredKeyVoidsItsTokens(t *testing.T) {
	p := newPlatform(t)
	r, other := p.replica(true), p.replica(true)
	by := r.security()
	client := r.register(partner())
	r.published(by, access, rs256)
	token := r.issue(client)
	exchanged, err := other.exchange(byToken(token))
	check(t, err)
	verifier, err := other.service.Verifier()
	check(t, err)
	if _, err := verifier.Verify(t.Context(), exchanged.GetInternalToken()); err != nil {
		t.Fatal(err)
	}
	doomed := r.force(by, access, rs256)
	if doomed != kid(token) || exchanged.GetPrincipal().GetKeyId() != doomed {
		t.Fatalf("signed with %s, told of %s, rotated %s", kid(token), exchanged.GetPrincipal().GetKeyId(), doomed)
	}
	p.clock.Advance(2 * time.Second) // no replica signs with it any more
	saved := r.issue(client)
	for range 2 {
		if key := r.retire(by, doomed); key.GetState() != retired || key.GetRetiredAt() == nil {
			t.Errorf("retired: %v", key)
		}
	}
	if r.introspect(r.by(client), token).GetActive() {
		t.Error("still good where the key was retired")
	}
	testkit.Eventually(t, patience, func() error {
		if other.introspect(other.by(client), token).GetActive() {
			return errors.New("still good on the other replica")
		}
		if _, err := verifier.Verify(t.Context(), exchanged.GetInternalToken()); err == nil {
			return errors.New("the internal token made of it is still good")
		}
		return nil
	})
	_, err = other.exchange(byToken(token))
	wantReason(t, err, errorsv1.Reason_REASON_CREDENTIAL_INVALID)
	if !other.introspect(other.by(client), saved).GetActive() {
		t.Error("a token of the key after it is void")
	}
	revoked, _, _ := keys(t, other.watch(t.Context(), 0))
	if fmt.Sprint(revoked) != fmt.Sprint([]string{doomed}) {
		t.Errorf("told to verifiers: %v", revoked)
	}
}

// Whoever has a stolen key signs what we know nothing of.
func TestVerifiersAreToldOfARetiredKeyThatSignedNothing(t *testing.T) {
	p := newPlatform(t)
	r := p.replica(true)
	by := r.security()
	r.published(by, access, es256)
	doomed := r.force(by, access, es256)
	p.clock.Advance(2 * time.Second)
	r.retire(r.security(), doomed)
	if revoked, _, _ := keys(t, r.watch(t.Context(), 0)); fmt.Sprint(revoked) != fmt.Sprint([]string{doomed}) {
		t.Errorf("told to verifiers: %v", revoked)
	}
}

func TestARetiredInternalKeyVoidsInternalTokens(t *testing.T) {
	p := newPlatform(t)
	r := p.replica(true)
	by := r.security()
	client := r.register(partner())
	r.published(by, internal, es256)
	exchanged, err := r.exchange(bySecret(client))
	check(t, err)
	verifier, err := r.service.Verifier()
	check(t, err)
	doomed := r.force(by, internal, es256)
	if _, err := verifier.Verify(t.Context(), exchanged.GetInternalToken()); err != nil {
		t.Errorf("void after a rotation: %v", err)
	}
	p.clock.Advance(2 * time.Second)
	key := r.retire(r.security(), doomed)
	if end := key.GetLastTokenEndsAt().AsTime(); end.Before(exchanged.GetExpiresAt().AsTime()) {
		t.Errorf("its last token ends at %v", end)
	}
	_, err = verifier.Verify(t.Context(), exchanged.GetInternalToken())
	wantReason(t, err, errorsv1.Reason_REASON_CREDENTIAL_INVALID)
}

// Keys are looked after when a replica starts, and each minute from then on.
func TestKeysAreKeptOnSchedule(t *testing.T) {
	p := newPlatform(t)
	r := p.replica(true)
	before := r.published(r.security(), access, rs256)
	r.published(r.security(), internal, es256)
	token := r.issue(r.register(partner()))
	p.clock.Advance(90 * 24 * time.Hour)
	r = p.replica(true)
	testkit.Eventually(t, patience, func() error {
		if found := r.keysOf(r.security(), access, rs256); found[active] != before[next] || found[old] != before[active] || found[next] == "" {
			return fmt.Errorf("not rotated: %v, before %v", found, before)
		}
		if kid(token) != before[active] {
			return errors.New("signed with another key")
		}
		return nil
	})
	p.clock.Advance(3 * time.Minute) // its last token ended long ago
	r = p.replica(true)
	testkit.Eventually(t, patience, func() error {
		if found := r.keysOf(r.security(), access, rs256); found[retired] != before[active] || found[old] != "" {
			return fmt.Errorf("not retired: %v, before %v", found, before)
		}
		return nil
	})
	if revoked, _, _ := keys(t, r.watch(t.Context(), 0)); len(revoked) != 0 {
		t.Errorf("verifiers are told of keys whose tokens are over: %v", revoked)
	}
}

func TestKeysAreSealedAnewWhileReplicasServe(t *testing.T) {
	p := newPlatform(t)
	r := p.replica(true)
	client := r.register(partner())
	by := r.security()
	r.published(by, access, rs256)
	r.published(by, internal, es256)
	r.published(by, widgets, hs256)
	first := p.kek
	second, err := keyring.New([]byte(strings.Repeat("2", 32)))
	check(t, err)
	p.kek = second.WithPrevious(first)
	renewed := p.replica(true)
	for _, want := range []int32{12, 0} { // seven uses, and a next key of the five that rotate
		answer, err := renewed.keys().RewrapKeys(renewed.security(), &authv1.RewrapKeysRequest{})
		check(t, err)
		if answer.GetRewrapped() != want {
			t.Errorf("sealed %d anew, want %d", answer.GetRewrapped(), want)
		}
	}
	_, err = r.keys().RotateKey(r.security(), &authv1.RotateKeyRequest{Use: access, Algorithm: rs256, Force: true})
	wantReason(t, err, errorsv1.Reason_REASON_KEY_NOT_READY) // it could not sign with the next key
	p.kek = second
	late := p.replica(true)
	token := late.issue(client)
	for _, replica := range []*replica{r, renewed, late} {
		if !replica.introspect(replica.by(client), token).GetActive() || replica.issue(client) == "" {
			t.Error("a replica does not serve after the keys were sealed anew")
		}
		check(t, replica.service.Ready(t.Context()))
	}
}
