package auth_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"github.com/ventanilla/ventanilla/pkg/claveunica"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	"github.com/ventanilla/ventanilla/services/auth"
)

func TestAClientCallsForACitizen(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		people := p.citizens()
		r := p.replica(false)
		token := r.issue(r.register(partner("beneficios")))
		verifier, err := r.service.Verifier()
		check(t, err)
		for _, written := range []string{marisol, "44.444.444-4", "444444444", "44444444-4"} {
			citizen := people.of(marisol)
			citizen.Rut = written
			answer, err := r.exchange(forCitizen(token, citizen))
			check(t, err)
			claims, err := verifier.Verify(t.Context(), answer.GetInternalToken())
			check(t, err)
			if p := answer.GetPrincipal(); p.GetCitizen() != marisol || claims.Citizen != marisol || p.GetTokenId() == "" || len(p.GetScopes()) != 1 {
				t.Errorf("%s: %v", written, p)
			}
		}
		answer, err := r.exchange(byToken(token))
		check(t, err)
		if citizen := answer.GetPrincipal().GetCitizen(); citizen != "" {
			t.Errorf("without a citizen: %q", citizen)
		}
	})
}

func TestWhichCitizensAreRefused(t *testing.T) {
	p := newPlatform(t)
	people := p.citizens()
	r := p.replica(false)
	client := r.register(partner())
	token := r.issue(client)
	citizen := func(token, rut string) *authv1.CitizenToken { return &authv1.CitizenToken{Token: token, Rut: rut} }
	secret := bySecret(client)
	secret.Citizen = people.of(marisol)
	for name, c := range map[string]struct {
		req   *authv1.ExchangeRequest
		want  errorsv1.Reason
		field string
	}{
		"another's token":  {forCitizen(token, citizen(people.tokens[eliseo], marisol)), errorsv1.Reason_REASON_CITIZEN_MISMATCH, ""},
		"unknown":          {forCitizen(token, citizen("nobody", marisol)), errorsv1.Reason_REASON_CITIZEN_TOKEN_INVALID, ""},
		"odd":              {forCitizen(token, citizen("ñ", marisol)), errorsv1.Reason_REASON_CITIZEN_TOKEN_INVALID, ""},
		"wrong digit":      {forCitizen(token, citizen(people.tokens[marisol], "44444444-5")), errorsv1.Reason_REASON_FIELD_INVALID, "citizen.rut"},
		"no RUT":           {forCitizen(token, citizen(people.tokens[marisol], "")), errorsv1.Reason_REASON_FIELD_MISSING, "citizen.rut"},
		"no token":         {forCitizen(token, citizen("", marisol)), errorsv1.Reason_REASON_FIELD_MISSING, "citizen.token"},
		"long":             {forCitizen(token, citizen(strings.Repeat("a", 4097), marisol)), errorsv1.Reason_REASON_FIELD_INVALID, "citizen.token"},
		"with a secret":    {secret, errorsv1.Reason_REASON_FIELD_INVALID, "citizen"},
		"the client first": {forCitizen("a.b.c", citizen("nobody", "44444444-5")), errorsv1.Reason_REASON_CREDENTIAL_INVALID, ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := r.exchange(c.req)
			if c.field != "" {
				wantField(t, err, c.want, c.field)
			}
			wantReason(t, err, c.want)
		})
	}
	_, err := authv1.NewTokenServiceClient(r.as("benefits")).Exchange(t.Context(), forAuth(forCitizen(token, people.of(marisol))))
	wantReason(t, err, errorsv1.Reason_REASON_PERMISSION_DENIED)
}

func TestWhenClaveUnicaCannotBeAsked(t *testing.T) {
	p := newPlatform(t)
	people := p.citizens()
	atUserinfo := p.change
	p.change = func(cfg *auth.Config) {
		atUserinfo(cfg)
		cfg.ClaveUnica.Timeout = 300 * time.Millisecond
		cfg.ClaveUnica.Pause = 10 * time.Millisecond
	}
	r := p.replica(false)
	client, page := r.register(partner()), r.register(widget(pageOrigin))
	token := r.issue(client)
	good := func() error {
		_, err := r.exchange(forCitizen(token, people.of(marisol)))
		return err
	}
	for name, fault := range map[string]claveunica.Fault{
		"slow": claveunica.Slow, "away": claveunica.Away, "reset": claveunica.Reset, "no RUT": claveunica.NoRUT, "wrong digit": claveunica.WrongDigit,
		"garbage": claveunica.Garbage, "huge": claveunica.Huge, "redirect": claveunica.Redirect,
	} {
		t.Run(name, func(t *testing.T) {
			testkit.Eventually(t, patience, good) // it is back after the fault before
			people.SetFault(fault)
			defer people.SetFault(claveunica.NoFault)
			var trailer metadata.MD
			_, exchanged := r.tokens().Exchange(t.Context(), forAuth(forCitizen(token, people.of(marisol))), grpc.Trailer(&trailer))
			_, issued := r.tokens().IssueWidgetToken(t.Context(), widgetRequest(page, people.of(marisol)))
			for _, err := range []error{exchanged, issued} {
				wantReason(t, err, errorsv1.Reason_REASON_UNAVAILABLE)
				if delay, ok := rpcerr.Delay(err); !ok || delay < time.Second {
					t.Errorf("come back after %v", delay)
				}
			}
			if got := trailer.Get("grpc-retry-pushback-ms"); len(got) != 1 || got[0] != "-1" {
				t.Errorf("the caller's client may try again: %v", trailer)
			}
			if _, err := r.exchange(byToken(token)); err != nil {
				t.Errorf("without a citizen: %v", err)
			}
		})
	}
	people.server.Close()
	wantReason(t, good(), errorsv1.Reason_REASON_UNAVAILABLE)
}

func TestAClaveUnicaThatIsAwayIsLeftAlone(t *testing.T) {
	p := newPlatform(t)
	people := p.citizens()
	atUserinfo := p.change
	p.change = func(cfg *auth.Config) {
		atUserinfo(cfg)
		cfg.ClaveUnica.Pause = time.Minute
	}
	patient := p.replica(false)
	p.change = func(cfg *auth.Config) {
		atUserinfo(cfg)
		cfg.ClaveUnica.Pause = 10 * time.Millisecond
	}
	hasty := p.replica(false)
	token := patient.issue(patient.register(partner()))
	ask := func(r *replica, citizen *authv1.CitizenToken) error {
		_, err := r.exchange(forCitizen(token, citizen))
		return err
	}
	for range 10 { // what ClaveÚnica does not know is no failure of its
		wantReason(t, ask(patient, &authv1.CitizenToken{Token: "nobody", Rut: marisol}), errorsv1.Reason_REASON_CITIZEN_TOKEN_INVALID)
	}
	check(t, ask(patient, people.of(marisol)))
	people.SetFault(claveunica.Away)
	before := people.asked.Load()
	for range 20 {
		wantReason(t, ask(patient, people.of(marisol)), errorsv1.Reason_REASON_UNAVAILABLE)
		wantReason(t, ask(hasty, people.of(marisol)), errorsv1.Reason_REASON_UNAVAILABLE)
	}
	people.SetFault(claveunica.NoFault)
	asked := people.asked.Load() - before
	err := ask(patient, people.of(marisol))
	wantReason(t, err, errorsv1.Reason_REASON_UNAVAILABLE)
	if delay, _ := rpcerr.Delay(err); delay < 10*time.Second || delay > time.Minute {
		t.Errorf("come back after %v", delay)
	}
	if after := people.asked.Load() - before; after != asked || asked > 5+20 {
		t.Errorf("asked %d times, then %d", asked, after)
	}
	testkit.Eventually(t, patience, func() error { return ask(hasty, people.of(marisol)) })
}

func TestWithoutAClaveUnicaThereAreNoCitizens(t *testing.T) {
	r := newPlatform(t).replica(false)
	citizen := &authv1.CitizenToken{Token: "a", Rut: marisol}
	_, err := r.tokens().IssueWidgetToken(t.Context(), widgetRequest(r.register(widget(pageOrigin)), citizen))
	wantReason(t, err, errorsv1.Reason_REASON_UNAVAILABLE)
	_, err = r.exchange(forCitizen(r.issue(r.register(partner())), citizen))
	wantReason(t, err, errorsv1.Reason_REASON_UNAVAILABLE)
}

// buffer is a log that several write.
type buffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

func TestNothingPersonalLeaks(t *testing.T) {
	p := newPlatform(t)
	people := p.citizens()
	logs := &buffer{}
	p.logs = logs
	r := p.replica(false)
	page, client := r.register(widget(pageOrigin)), r.register(partner())
	token := r.issue(client)
	widgetToken := r.widgetToken(page, people.of(marisol))
	_, err := r.exchange(byWidget(page.id, widgetToken))
	check(t, err)
	said := []error{}
	for _, fault := range []claveunica.Fault{
		claveunica.NoFault, claveunica.Away, claveunica.NoRUT, claveunica.WrongDigit, claveunica.Garbage, claveunica.Redirect, claveunica.Reset,
	} {
		people.SetFault(fault)
		_, exchanged := r.exchange(forCitizen(token, &authv1.CitizenToken{Token: people.tokens[marisol], Rut: eliseo}))
		_, refused := r.exchange(forCitizen(token, &authv1.CitizenToken{Token: people.tokens[marisol], Rut: "44444444-5"}))
		_, issued := r.tokens().IssueWidgetToken(t.Context(), widgetRequest(page, &authv1.CitizenToken{Token: people.tokens[marisol], Rut: eliseo}))
		said = append(said, exchanged, refused, issued)
	}
	_, err = r.exchange(byWidget(client.id, widgetToken))
	said = append(said, err)
	places := map[string]string{"the log": logs.String(), "an error": errors.Join(said...).Error()}
	for _, entry := range r.entries(&authv1.ListLogEntriesRequest{}) {
		places["the admin log"] += fmt.Sprintln(entry)
	}
	for place, text := range places {
		if text == "" {
			t.Errorf("%s is empty", place)
		}
		for _, secret := range []string{
			"44444444", "44.444", "55555555", people.tokens[marisol], widgetToken, token, page.secret, "Marisol", "Quilodr", "marisol@",
		} {
			if strings.Contains(text, secret) {
				t.Errorf("%q is in %s", secret, place)
			}
		}
	}
}
