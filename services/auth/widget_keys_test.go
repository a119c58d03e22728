package auth_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// widgetKID is the key that a widget token names.
func widgetKID(t *testing.T, token string) string {
	t.Helper()
	head, _ := parts(t, token)
	return strings.TrimSuffix(strings.TrimPrefix(head, `{"typ":"JWT","alg":"HS256","kid":"`), `"}`)
}

func TestWidgetTokensOutliveRotationsAndRestarts(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		people := p.citizens()
		r, behind := p.replica(true), p.replica(false)
		by := r.security()
		r.published(by, widgets, hs256)
		client := r.register(widget(pageOrigin))
		tokens := []string{r.widgetToken(client, people.of(marisol))}
		var rotated []string
		for range 2 { // so that the other replica has never heard of the key that signs
			rotated = append(rotated, r.force(by, widgets, hs256))
			tokens = append(tokens, r.widgetToken(client, people.of(marisol)))
		}
		if widgetKID(t, tokens[0]) != rotated[0] || widgetKID(t, tokens[1]) != rotated[1] || widgetKID(t, tokens[2]) == rotated[1] {
			t.Errorf("signed by other keys than %v", rotated)
		}
		r.stop()
		for _, replica := range []*replica{behind, p.replica(false)} {
			for i, token := range tokens {
				answer, err := replica.exchange(byWidget(client.id, token))
				if err != nil || answer.GetPrincipal().GetCitizen() != marisol {
					t.Errorf("token %d: %v, %v", i, answer, err)
				}
			}
		}
		_, fresh := parts(t, behind.widgetToken(client, people.of(marisol)))
		_, first := parts(t, tokens[0])
		if number := first[strings.Index(first, `"sub":`):]; !strings.HasSuffix(fresh, number) {
			t.Errorf("%s on one replica, %s on another", first, fresh)
		}
	})
}

func TestARetiredWidgetKeyEndsItsTokens(t *testing.T) {
	p := newPlatform(t)
	people := p.citizens()
	r, other := p.replica(true), p.replica(false)
	by := r.security()
	r.published(by, widgets, hs256)
	client := r.register(widget(pageOrigin))
	before := r.widgetToken(client, people.of(marisol))
	_, err := r.keys().RetireKey(by, &authv1.RetireKeyRequest{KeyId: widgetKID(t, before)})
	wantReason(t, err, errorsv1.Reason_REASON_KEY_IN_USE)
	superseded := r.force(by, widgets, hs256)
	after := other.widgetToken(client, people.of(marisol)) // perhaps with the key before: its view may be a moment old
	p.clock.Advance(2 * time.Second)                       // no replica signs with it any more
	by = r.security()
	key := r.retire(by, superseded)
	if key.GetState() != retired || key.GetUse() != widgets || key.GetAlgorithm() != hs256 || superseded != widgetKID(t, before) {
		t.Errorf("retired %v", key)
	}
	_, err = r.exchange(byWidget(client.id, before))
	wantReason(t, err, errorsv1.Reason_REASON_CREDENTIAL_INVALID)
	if widgetKID(t, after) != superseded {
		_, err = r.exchange(byWidget(client.id, after))
		check(t, err)
	}
	last := other.widgetToken(client, people.of(marisol)) // does not sign with the retired key
	for _, replica := range []*replica{r, other} {
		_, err = replica.exchange(byWidget(client.id, last))
		check(t, err)
	}
	if told, _, _ := keys(t, r.watch(t.Context(), 0)); !slices.Contains(told, superseded) {
		t.Errorf("verifiers are told of %v", told)
	}
}

func TestWidgetKeysAreInNoSet(t *testing.T) {
	r := newPlatform(t).replica(true)
	found := r.published(r.security(), widgets, hs256)
	for _, use := range []authv1.KeyUse{0, internal, access} {
		set, err := r.tokens().GetKeySet(t.Context(), &authv1.GetKeySetRequest{Use: use})
		check(t, err)
		if jwks := string(set.GetJwks()); strings.Contains(jwks, found[active]) || strings.Contains(jwks, found[next]) || found[active] == "" {
			t.Errorf("%v: %s", use, jwks)
		}
	}
	_, err := r.tokens().GetKeySet(t.Context(), &authv1.GetKeySetRequest{Use: widgets})
	wantField(t, err, errorsv1.Reason_REASON_FIELD_INVALID, "use")
	for use, algorithm := range map[authv1.KeyUse]authv1.SignatureAlgorithm{widgets: eddsa, internal: hs256, access: hs256} {
		_, err := r.keys().RotateKey(r.security(), &authv1.RotateKeyRequest{Use: use, Algorithm: algorithm, Force: true})
		wantField(t, err, errorsv1.Reason_REASON_FIELD_INVALID, "algorithm")
	}
	signs := partner()
	signs.TokenAlgorithm = hs256
	_, err = r.clients().CreateClient(r.security(), &authv1.CreateClientRequest{Client: signs})
	wantField(t, err, errorsv1.Reason_REASON_FIELD_INVALID, "client.token_algorithm")
}
