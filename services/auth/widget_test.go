package auth_test

import (
	"encoding/base64"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/ventanilla/ventanilla/pkg/testkit"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// parts are the decoded header and payload of a token.
func parts(t *testing.T, token string) (header, payload string) {
	t.Helper()
	part := strings.Split(token, ".")
	if len(part) != 3 {
		t.Fatalf("%q has %d parts", token, len(part))
	}
	head, err := base64.RawURLEncoding.DecodeString(part[0])
	check(t, err)
	body, err := base64.RawURLEncoding.DecodeString(part[1])
	check(t, err)
	return string(head), string(body)
}

func TestAWidgetTokenIsTheDocuments(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		people := p.citizens()
		r := p.replica(false)
		client := r.register(widget(pageOrigin))
		citizen := people.of(marisol)
		citizen.Rut = "44.444.444-4"
		answer, err := r.tokens().IssueWidgetToken(t.Context(), widgetRequest(client, citizen))
		check(t, err)
		if got := answer.GetExpiresAt().GetSeconds(); got != start.Unix()+3600 {
			t.Errorf("ends at %d", got)
		}
		head, body := parts(t, answer.GetWidgetToken())
		if !regexp.MustCompile(`^\{"typ":"JWT","alg":"HS256","kid":"[A-Za-z0-9_-]{43}"\}$`).MatchString(head) {
			t.Errorf("header %s", head)
		}
		said := regexp.MustCompile(`^\{"iss":"https://auth.example","iat":1549297602,"exp":1549301202,"nbf":1549297602,` +
			`"jti":"([A-Za-z0-9_-]{16})","sub":([0-9]+),"prv":"23bd5c8949f600adb39e701c400872db7a5976f7"\}$`).FindStringSubmatch(body)
		if said == nil {
			t.Fatalf("payload %s", body)
		}
		acts, text := r.acts(said[1])
		if want := `{"citizen":` + said[2] + `,"alg":"HS256","expires_at":"2019-02-04T17:26:42Z"}`; len(acts) != 1 ||
			acts[0] != "client:"+client.id+" IssueWidgetToken" || !strings.Contains(text, want) {
			t.Errorf("recorded %q, %s", acts, text)
		}
		_, again := parts(t, r.widgetToken(client, people.of(marisol)))
		_, other := parts(t, r.widgetToken(client, people.of(eliseo)))
		if number := `"sub":` + said[2] + `,`; !strings.Contains(again, number) || strings.Contains(other, number) {
			t.Errorf("numbers in %s, %s, %s", body, again, other)
		}

		exchanged, err := r.exchange(byWidget(client.id, answer.GetWidgetToken()))
		check(t, err)
		want := &authv1.Principal{
			ClientId: client.id, Family: "cmp", Kind: authv1.ClientKind_CLIENT_KIND_WIDGET, DataSet: authv1.DataSet_DATA_SET_PRODUCTION,
			Scopes: []string{"beneficios"}, TokenId: said[1], KeyId: widgetKID(t, answer.GetWidgetToken()), Citizen: marisol,
		}
		verifier, err := r.service.Verifier()
		check(t, err)
		claims, err := verifier.Verify(t.Context(), exchanged.GetInternalToken())
		check(t, err)
		for _, got := range []*authv1.Principal{exchanged.GetPrincipal(), claims.Principal()} {
			if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
				t.Error(diff)
			}
		}
	})
}

func TestWhoGetsNoWidgetToken(t *testing.T) {
	p := newPlatform(t)
	people := p.citizens()
	r := p.replica(false)
	client, other, disabled := r.register(widget(pageOrigin)), r.register(partner()), r.register(widget(pageOrigin))
	r.disable(disabled)
	limited := widget(pageOrigin)
	limited.Limit = &authv1.Limit{PerSecond: 0.01, Burst: 1}
	over := r.register(limited)
	r.widgetToken(over, people.of(marisol))
	request := func(of registered, change func(*authv1.IssueWidgetTokenRequest)) *authv1.IssueWidgetTokenRequest {
		req := widgetRequest(of, people.of(marisol))
		change(req)
		return req
	}
	nothing := func(*authv1.IssueWidgetTokenRequest) {}
	for name, c := range map[string]struct {
		req  *authv1.IssueWidgetTokenRequest
		want errorsv1.Reason
	}{
		"wrong secret":  {request(registered{client.id, other.secret}, nothing), errorsv1.Reason_REASON_CREDENTIAL_INVALID},
		"nobody":        {request(registered{"nobody", client.secret}, nothing), errorsv1.Reason_REASON_CREDENTIAL_INVALID},
		"no widget":     {request(other, nothing), errorsv1.Reason_REASON_CREDENTIAL_INVALID},
		"disabled":      {request(disabled, nothing), errorsv1.Reason_REASON_CREDENTIAL_INVALID},
		"over its rate": {request(over, nothing), errorsv1.Reason_REASON_RATE_LIMITED},
		"other family": {request(client, func(req *authv1.IssueWidgetTokenRequest) {
			req.Families = []string{"tuidd"}
		}), errorsv1.Reason_REASON_CREDENTIAL_INVALID},
		"other data set": {request(client, func(req *authv1.IssueWidgetTokenRequest) {
			req.DataSets = []authv1.DataSet{authv1.DataSet_DATA_SET_STAGING}
		}), errorsv1.Reason_REASON_CREDENTIAL_INVALID},
		"other origin": {request(client, func(req *authv1.IssueWidgetTokenRequest) {
			req.Origin = "https://evil.example"
		}), errorsv1.Reason_REASON_ORIGIN_REFUSED},
		"no citizen":       {request(client, func(req *authv1.IssueWidgetTokenRequest) { req.Citizen = nil }), errorsv1.Reason_REASON_FIELD_MISSING},
		"wrong digit":      {request(client, func(req *authv1.IssueWidgetTokenRequest) { req.Citizen.Rut = "44444444-5" }), errorsv1.Reason_REASON_FIELD_INVALID},
		"another's token":  {request(client, func(req *authv1.IssueWidgetTokenRequest) { req.Citizen.Rut = eliseo }), errorsv1.Reason_REASON_CITIZEN_MISMATCH},
		"unknown citizen":  {request(client, func(req *authv1.IssueWidgetTokenRequest) { req.Citizen.Token = "nobody" }), errorsv1.Reason_REASON_CITIZEN_TOKEN_INVALID},
		"odd token":        {request(client, func(req *authv1.IssueWidgetTokenRequest) { req.Citizen.Token = "a b\r\nX: y" }), errorsv1.Reason_REASON_CITIZEN_TOKEN_INVALID},
		"its own origin":   {request(client, func(req *authv1.IssueWidgetTokenRequest) { req.Origin = pageOrigin }), errorsv1.Reason_REASON_UNSPECIFIED},
		"from its server":  {request(client, nothing), errorsv1.Reason_REASON_UNSPECIFIED},
		"by client grant?": {nil, errorsv1.Reason_REASON_GRANT_NOT_ALLOWED},
	} {
		t.Run(name, func(t *testing.T) {
			var err error
			if c.req == nil {
				_, err = r.tokens().IssueToken(t.Context(), issueRequest(client))
			} else {
				_, err = r.tokens().IssueWidgetToken(t.Context(), c.req)
			}
			wantReason(t, err, c.want)
		})
	}
	_, err := authv1.NewTokenServiceClient(r.as("benefits")).IssueWidgetToken(t.Context(), widgetRequest(client, people.of(marisol)))
	wantReason(t, err, errorsv1.Reason_REASON_PEER_REFUSED)
}

func TestWhichWidgetsCallsAreRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		people := p.citizens()
		r := p.replica(false)
		by := r.security()
		client, other := r.register(widget(pageOrigin)), r.register(widget(pageOrigin))
		token := r.widgetToken(client, people.of(marisol))
		staged := widget(pageOrigin)
		staged.DataSet = authv1.DataSet_DATA_SET_STAGING
		staging := r.register(staged)
		issued, err := r.tokens().IssueWidgetToken(t.Context(), func() *authv1.IssueWidgetTokenRequest {
			req := widgetRequest(staging, people.of(marisol))
			req.DataSets = []authv1.DataSet{authv1.DataSet_DATA_SET_STAGING}
			return req
		}())
		check(t, err)
		with := func(origin string) *authv1.ExchangeRequest {
			req := byWidget(client.id, token)
			req.GetWidgetToken().Origin = origin
			return req
		}
		in := func(req *authv1.ExchangeRequest, set authv1.DataSet) *authv1.ExchangeRequest {
			req.DataSets = []authv1.DataSet{set}
			return req
		}
		elsewhere := byWidget(client.id, token)
		elsewhere.Families = []string{"iddi"}
		beside := byWidget(client.id, token)
		beside.Citizen = people.of(marisol)
		invalid, origin := errorsv1.Reason_REASON_CREDENTIAL_INVALID, errorsv1.Reason_REASON_ORIGIN_REFUSED
		last := token[len(token)-1]
		flipped := map[bool]string{true: "B", false: "A"}[last == 'A']
		for name, c := range map[string]struct {
			req  *authv1.ExchangeRequest
			want errorsv1.Reason
		}{
			"its own":                   {byWidget(client.id, token), 0},
			"staging's own":             {in(byWidget(staging.id, issued.GetWidgetToken()), authv1.DataSet_DATA_SET_STAGING), 0},
			"another client's key":      {byWidget(other.id, token), invalid},
			"nobody's key":              {byWidget("nobody", token), invalid},
			"a forged signature":        {byWidget(client.id, token[:len(token)-1]+flipped), invalid},
			"no token":                  {byWidget(client.id, "a.b.c"), invalid},
			"an access token":           {byWidget(client.id, r.issue(r.register(partner()))), invalid},
			"as an access token":        {byToken(token), invalid},
			"no origin":                 {with(""), origin},
			"a null origin":             {with("null"), origin},
			"an origin's beginning":     {with("https://www.example"), origin},
			"another origin":            {with("https://www.example.cl.evil.example"), origin},
			"another family's endpoint": {elsewhere, invalid},
			"staging's endpoint":        {in(byWidget(client.id, token), authv1.DataSet_DATA_SET_STAGING), invalid},
			"production's endpoint":     {byWidget(staging.id, issued.GetWidgetToken()), invalid},
			"another citizen besides":   {beside, errorsv1.Reason_REASON_FIELD_INVALID},
		} {
			t.Run(name, func(t *testing.T) {
				_, err := r.exchange(c.req)
				wantReason(t, err, c.want)
			})
		}

		_, err = r.clients().UpdateClient(by, &authv1.UpdateClientRequest{
			Client: &authv1.Client{ClientId: client.id}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"origins"}},
		})
		check(t, err)
		_, err = r.exchange(byWidget(client.id, token))
		wantReason(t, err, origin)
		p.clock.Advance(time.Hour - time.Second/2)
		_, err = r.exchange(byWidget(client.id, token))
		wantReason(t, err, invalid)
	})
}

func TestWhatEndsAWidgetToken(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		people := p.citizens()
		r, behind := p.replica(false), p.replica(true)
		invalid := errorsv1.Reason_REASON_CREDENTIAL_INVALID
		for name, c := range map[string]struct {
			end  func(client registered, token string)
			want errorsv1.Reason
		}{
			"disabled":     {func(client registered, _ string) { r.disable(client) }, invalid},
			"new secret":   {func(client registered, _ string) { r.rotate(client) }, invalid},
			"deleted":      {func(client registered, _ string) { r.delete(client) }, invalid},
			"revoked":      {func(client registered, token string) { check(t, r.revoke(r.by(client), token)) }, invalid},
			"overlap":      {func(client registered, _ string) { r.overlap(client, time.Hour) }, 0},
			"by a fellow":  {func(_ registered, token string) { check(t, r.revoke(r.by(r.register(widget())), token)) }, 0},
			"seen by none": {func(client registered, token string) { inactive(r, client, token) }, 0},
		} {
			t.Run(name, func(t *testing.T) {
				client := r.register(widget(pageOrigin))
				token := r.widgetToken(client, people.of(marisol))
				_, err := behind.exchange(byWidget(client.id, token))
				check(t, err)
				c.end(client, token)
				_, err = r.exchange(byWidget(client.id, token))
				wantReason(t, err, c.want)
				if c.want != 0 { // the other replica hears of it
					testkit.Eventually(t, patience, func() error {
						if _, err := behind.exchange(byWidget(client.id, token)); err == nil {
							return errors.New("still good elsewhere")
						}
						return nil
					})
				}
			})
		}
	})
}

// inactive looks into a widget token: introspection is for access tokens.
func inactive(r *replica, client registered, token string) {
	r.t.Helper()
	if r.introspect(r.by(client), token).GetActive() {
		r.t.Error("active")
	}
}

func (r *replica) delete(client registered) {
	r.t.Helper()
	_, err := r.clients().DeleteClient(r.security(), &authv1.DeleteClientRequest{ClientId: client.id})
	check(r.t, err)
}

// After a restore a number may be given to another citizen: a token that is older is not for them.
func TestANumberIsNotGivenToAnotherCitizensToken(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		people := p.citizens()
		r := p.replica(false)
		client := r.register(widget(pageOrigin))
		token := r.widgetToken(client, people.of(marisol))
		_, err := p.db.Write.ExecContext(t.Context(), `UPDATE citizen SET rut = $1, created_at = $2`, eliseo, start.Add(10*time.Second).UnixMilli())
		check(t, err)
		_, err = r.exchange(byWidget(client.id, token))
		wantReason(t, err, errorsv1.Reason_REASON_CREDENTIAL_INVALID)
		_, err = p.db.Write.ExecContext(t.Context(), `DELETE FROM citizen`)
		check(t, err)
		_, err = r.exchange(byWidget(client.id, token))
		wantReason(t, err, errorsv1.Reason_REASON_CREDENTIAL_INVALID)
		p.clock.Advance(10 * time.Second)
		_, err = r.exchange(byWidget(client.id, r.widgetToken(client, people.of(eliseo))))
		check(t, err)
	})
}
