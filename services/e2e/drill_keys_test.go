package e2e

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/testkit"
)

// perReplica is how often a gateway is asked so that each replica of auth behind it answers.
const perReplica = 4

// TestDrillKeys rotates and retires signing keys under load, and replaces the key that they are sealed under, as the
// runbooks say.
func TestDrillKeys(t *testing.T) {
	c := newCluster(t, binary)
	security := c.security(t)
	t.Run("too soon", func(t *testing.T) { rotatedTooSoon(t, security) })
	t.Run("rotated and retired under load", func(t *testing.T) { rotatedUnderLoad(t, c, security) })
	t.Run("sealed anew", func(t *testing.T) { sealedAnew(t, c, security) })
}

// signingKey is the JSON of a key.
type signingKey struct {
	ID        string `json:"key_id"`
	Use       string `json:"use"`
	Algorithm string `json:"algorithm"`
	State     string `json:"state"`
}

type signingKeys struct {
	Keys []signingKey `json:"keys"`
}

// of is the key in a state, empty when there is none.
func (k signingKeys) of(use, algorithm, state string) string {
	for _, key := range k.Keys {
		if key.Use == "KEY_USE_"+use && key.Algorithm == "SIGNATURE_ALGORITHM_"+algorithm && key.State == "KEY_STATE_"+state {
			return key.ID
		}
	}
	return ""
}

// security is an operator with that role, made by the bootstrap peer.
func (c *cluster) security(t *testing.T) operator {
	t.Helper()
	file := filepath.Join(c.dir, "sec.pem")
	bootstrap := operator{[]string{"--pki", c.dir, "--address", c.auth[0].rpc}}
	bootstrap.run(t, nil, "operator", "create", "sec", "--role", "security")
	bootstrap.run(t, nil, "operator", "credential", "sec", "--out", file)
	return operator{[]string{
		"--credential", file, "--ca", filepath.Join(c.dir, "ca.pem"), "--address", c.gateway[0].adminRPC,
	}}
}

// keys lists the signing keys once each use has a next one.
func (o operator) keys(t *testing.T) signingKeys {
	t.Helper()
	var listed signingKeys
	testkit.Eventually(t, patience, func() error {
		o.run(t, &listed, "key", "list")
		for _, kind := range [][2]string{{"ACCESS", "RS256"}, {"ACCESS", "ES256"}, {"ACCESS", "EDDSA"}, {"INTERNAL", "ES256"}} {
			if listed.of(kind[0], kind[1], "NEXT") == "" || listed.of(kind[0], kind[1], "ACTIVE") == "" {
				return fmt.Errorf("no next or active key for %v", kind)
			}
		}
		return nil
	})
	return listed
}

func rotatedTooSoon(t *testing.T, security operator) {
	before := security.keys(t)
	err := security.try(t, nil, "key", "rotate")
	if exitCodeOf(err) != exitRefused || !strings.Contains(err.Error(), "force") {
		t.Errorf("a next key that was published just now: %v", err)
	}
	if exitCode := exitCodeOf(security.try(t, nil, "key", "retire", before.of("ACCESS", "RS256", "ACTIVE"))); exitCode != exitRefused {
		t.Errorf("retiring the active key: exit code %d", exitCode)
	}
	if code := exitCodeOf(security.try(t, nil, "key", "rotate", "--use", "internal", "--algorithm", "RS256")); code != exitUsage {
		t.Errorf("an internal key for RS256: exit code %d", code)
	}
	if after := security.keys(t); after.of("ACCESS", "RS256", "ACTIVE") != before.of("ACCESS", "RS256", "ACTIVE") {
		t.Error("rotated all the same")
	}
}

// rotatedUnderLoad rotates the keys of access and internal tokens several times while tokens are issued and used on both
// gateways, and retires a key that signed some of them.
func rotatedUnderLoad(t *testing.T, c *cluster, security operator) {
	caller := c.gateway[0].issue(t, c.resource)
	u := &issuedUse{cluster: c, tokens: map[string][]string{}, doomed: map[string]bool{}}
	loads := []*load{
		begin(t, "issued and used, 1", 2, func(ctx context.Context) error { return u.once(ctx, 0) }),
		begin(t, "issued and used, 2", 2, func(ctx context.Context) error { return u.once(ctx, 1) }),
	}
	more := func() {
		for _, l := range loads {
			l.more(t, 15)
		}
	}
	var olds []string
	for range rounds(3, 30) {
		more()
		var rotated signingKeys
		security.run(t, &rotated, "key", "rotate", "--force")
		if len(rotated.Keys) != 3 || rotated.of("ACCESS", "RS256", "OLD") != rotated.Keys[1].ID {
			t.Fatalf("rotated: %+v", rotated.Keys)
		}
		olds = append(olds, rotated.Keys[1].ID)
		more()
		security.run(t, nil, "key", "rotate", "--use", "internal", "--force")
	}
	more()
	if late := olds[len(olds)-1]; security.keys(t).of("ACCESS", "RS256", "ACTIVE") == late {
		t.Errorf("%s is still active", late)
	}
	u.retire(t, security, olds[0], caller)
	more()
	for _, l := range loads {
		l.ended(t, 0)
	}
	u.allHold(t)
}

// issuedUse is what a load issues and uses.
type issuedUse struct {
	*cluster
	mu     sync.Mutex
	tokens map[string][]string // by the key that signed them
	doomed map[string]bool     // keys that are being retired
}

// once issues a token on a gateway and asks for it on both, until each replica of auth has answered.
func (u *issuedUse) once(ctx context.Context, on int) error {
	a, err := u.gateway[on].try(ctx, issuing(u.partner))
	if err != nil {
		return err
	}
	token, err := a.accessToken()
	if err != nil || a.status != http.StatusOK {
		return fmt.Errorf("issuing: status %d, %s", a.status, a.body)
	}
	id := authn.SignedWith(token)
	for i := range 2 * perReplica {
		active, err := u.gateway[i%2].tryActive(ctx, token, u.resource)
		if err == nil && !active && !u.isDoomed(id) {
			err = fmt.Errorf("a live token of the key %s was answered inactive", id)
		}
		if err != nil {
			return err
		}
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.tokens[id] = append(u.tokens[id], token)
	return nil
}

func (u *issuedUse) isDoomed(id string) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.doomed[id]
}

func (u *issuedUse) of(id string) []string {
	u.mu.Lock()
	defer u.mu.Unlock()
	return append([]string(nil), u.tokens[id]...)
}

// retire ends a key. From a second after the answer on, its tokens are good nowhere: neither as tokens asked about nor as
// the caller's own, which gateways remember.
func (u *issuedUse) retire(t *testing.T, security operator, id, caller string) {
	t.Helper()
	tokens := u.of(id)
	if len(tokens) == 0 || authn.SignedWith(caller) != id {
		t.Fatalf("the key %s signed %d tokens, and %s the caller's own", id, len(tokens), authn.SignedWith(caller))
	}
	u.mu.Lock()
	u.doomed[id] = true
	u.mu.Unlock()
	asCaller := call{path: introspectPath, form: map[string]string{"token": tokens[0]}, bearer: caller}
	for _, g := range u.gateway {
		if a := g.send(t, asCaller); a.status != http.StatusOK {
			t.Errorf("as the caller's own, before: status %d, %s", a.status, a.body)
		}
	}
	security.run(t, nil, "key", "retire", id)
	answered := time.Now()
	for late := false; !late; {
		late = time.Since(answered) > honoured
		for i, token := range tokens {
			active, err := u.gateway[i%2].tryActive(t.Context(), token, u.resource)
			if err != nil {
				t.Error(err)
			}
			if active && late {
				t.Errorf("a token of the retired key is good %v after the answer", time.Since(answered))
			}
		}
	}
	for _, token := range tokens {
		for i := range 2 * perReplica {
			if u.gateway[i%2].active(t, token, u.resource) {
				t.Error("a token of the retired key is good again")
			}
		}
	}
	for _, g := range u.gateway {
		if a := g.send(t, asCaller); a.status != http.StatusUnauthorized {
			t.Errorf("as the caller's own: status %d, %s", a.status, a.body)
		}
	}
	t.Logf("%d tokens of the retired key dead on both gateways", len(tokens))
}

// allHold asks once more for every token of the keys that were not retired.
func (u *issuedUse) allHold(t *testing.T) {
	t.Helper()
	count := 0
	for id, tokens := range u.tokens {
		for i, token := range tokens {
			if !u.doomed[id] && !u.gateway[i%2].active(t, token, u.resource) {
				t.Errorf("a token of the key %s is refused", id)
			}
			count++
		}
	}
	t.Logf("%d tokens of %d keys", count, len(u.tokens))
}

// sealedAnew replaces the key-encryption key, replica by replica, under load.
func sealedAnew(t *testing.T, c *cluster, security operator) {
	token := c.gateway[0].issue(t, c.partner)
	var key [32]byte
	_, _ = rand.Read(key[:]) // Never fails.
	present, previous := filepath.Join(c.dir, "kek-2"), filepath.Join(c.dir, "kek")
	write(t, present, []byte(base64.StdEncoding.EncodeToString(key[:])))
	restart := func(settings ...string) {
		for _, r := range slices.Concat(c.auth[:], c.identities) {
			if code := r.terminate(t); code != 0 {
				t.Errorf("%s: exit code %d after SIGTERM", r.kind, code)
			}
			r.more = nil
			for _, setting := range settings {
				r.more = append(r.more, "--set", r.kind+".kek."+setting)
			}
			r.start(t, c)
		}
	}
	answers := introspections(t, c.gateway[0].edge, 2, token, c.resource)
	restart("file="+present, "previous.file="+previous)
	for command, least := range map[string]int{"key": 10, "card-key": 5} {
		var answer struct {
			Rewrapped int `json:"rewrapped"`
		}
		security.run(t, &answer, command, "rewrap")
		if answer.Rewrapped < least {
			t.Errorf("%s: %d keys were sealed anew", command, answer.Rewrapped)
		}
		security.run(t, &answer, command, "rewrap")
		if answer.Rewrapped != 0 {
			t.Errorf("%s: %d keys were sealed anew again", command, answer.Rewrapped)
		}
	}
	restart("file=" + present)
	answers.more(t, 20)
	answers.ended(t, 0)
	testkit.Eventually(t, patience, func() error {
		if !c.gateway[1].active(t, c.gateway[1].issue(t, c.partner), c.resource) {
			return errors.New("a new token is not active")
		}
		return nil
	})
}
