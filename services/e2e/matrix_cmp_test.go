package e2e

import (
	"errors"
	"maps"
	"net/http"
	"net/url"
	"testing"

	"github.com/ventanilla/ventanilla/gateway/dialect/cmp"
	"github.com/ventanilla/ventanilla/pkg/testkit"
)

// cmpHost is the host that serves a data set; empty for the address's own.
func cmpHost(set string) string {
	if set == staging {
		return stagingHost
	}
	return ""
}

// citizenOf is the demo's citizen of a data set.
func (p *platform) citizenOf(set string) demoCitizen {
	if set == staging {
		return demoCitizen{p.demo.Cmp.StagingRUT, p.demo.Cmp.StagingCUToken}
	}
	return demoCitizen{p.demo.Cmp.RUT, p.demo.Cmp.CUToken}
}

// cmpRows are the endpoints of cmp for a data set.
func (p *platform) cmpRows(set string) []row {
	host, citizen := cmpHost(set), p.citizenOf(set)
	clients := func(method, path string, families []string, by kind, right call) row {
		return row{
			method: method, path: path, families: families, sets: []string{set}, kinds: []kind{by}, members: cmpPlain,
			asks: []ask{{call: func() call { return right.to(host) }}},
		}
	}
	own := []string{cmp.Name}
	about := fields{"rut": citizen.RUT, "categoria": "todas", "cu_token": citizen.CUToken}
	potential := clients("POST", cmp.BenefitsPath, own, token, about.query(cmp.BenefitsPath))
	// Citizens whom the cu_token is not of, on record and on none.
	foreign := []string{"1000005-K"}
	for _, c := range append(p.demo.Cmp.Citizens, p.citizenOf(production), p.citizenOf(staging)) {
		if c.RUT != citizen.RUT {
			foreign = append(foreign, c.RUT)
		}
	}
	potential.hidden = func(presentation, []presentation) (calls []call) {
		for _, rut := range foreign {
			calls = append(calls, about.but("rut", rut).query(cmp.BenefitsPath).to(host))
		}
		return calls
	}
	potential.hiddenStatus = http.StatusForbidden

	wrong := fields{"apiKey": "aaaaaaaaaaaaaaaa", "secretKey": "wrong-secret", "rut": citizen.RUT, "cu_token": citizen.CUToken}
	issuing := clients("POST", cmp.WidgetTokenPath, own, widgetKeys, wrong.form(cmp.WidgetTokenPath))
	issuing.on = presentation.onForm
	issuing.hidden = func(presentation, []presentation) (calls []call) {
		for _, rut := range foreign {
			calls = append(calls, wrong.but("rut", rut).form(cmp.WidgetTokenPath).to(host))
		}
		return calls
	}
	issuing.hiddenStatus = http.StatusForbidden

	shown := func(path string) row {
		r := clients("GET", path, own, widgetToken, p.shown(path, "", "", widgetOrigin))
		r.on = presentation.onPage
		return r
	}
	tokens := row{
		method: "POST", path: tokenPath, families: []string{"cmp", "tuidd"}, sets: []string{set}, kinds: []kind{secret}, members: cmpOAuth,
		denied: noGrant,
	}
	for _, grant := range grants(tokenPath, "no-such") {
		grant.call = func(of func() call) func() call { return func() call { return of().to(host) } }(grant.call)
		tokens.asks = append(tokens.asks, grant)
	}
	return []row{tokens, issuing, potential, shown(cmp.ProfilePath), shown(cmp.HouseholdPath)}
}

// onForm puts a credential on a call as a widget's keys, if it is an identifier with a secret, or else in the header.
func (c presentation) onForm(to call) call {
	if c.basic == nil {
		return c.on(to)
	}
	to.form = maps.Clone(to.form)
	to.form["apiKey"], to.form["secretKey"] = c.basic.id, c.basic.secret
	return to
}

// onPage puts a credential on a widget's call, with the apiKey that it comes with.
func (c presentation) onPage(to call) call {
	address, err := url.Parse(to.path)
	if err != nil {
		panic(err) // the path is the suite's own
	}
	query := address.Query()
	query.Set("apiKey", c.widget)
	address.RawQuery = query.Encode()
	to.path = address.String()
	return c.on(to)
}

func (c presentation) widgetKeys(of credentials) presentation {
	c.kind, c.basic, c.bearer = widgetKeys, &of, ""
	return c.named()
}

// void are keys that hold no more.
func (c presentation) void(why string) presentation {
	c.kind = voidKeys
	return c.named().bad(why)
}

// widgetToken is a token that comes with an apiKey.
func (c presentation) widgetToken(text, with string) presentation {
	c.kind, c.basic, c.bearer, c.widget = widgetToken, nil, text, with
	return c.named()
}

// widgets are widgets of a data set with what holds, and what does not.
func (p *platform) widgets(t *testing.T, set string) []presentation {
	t.Helper()
	citizen := p.citizenOf(set)
	issue := func(w credentials) string {
		f := fields{"apiKey": w.id, "secretKey": w.secret, "rut": citizen.RUT, "cu_token": citizen.CUToken}
		return p.widgetToken(t, f, cmpHost(set))
	}
	some := presentation{family: cmp.Name, set: set, good: true}
	w, other := p.newWidget(t, set), p.newWidget(t, set)
	rotated, disabled := p.newWidget(t, set), p.newWidget(t, set)
	token := issue(w)
	all := []presentation{
		some.widgetKeys(w), some.widgetToken(token, w.id),
		some.widgetKeys(credentials{w.id, "wrong-secret"}).void("wrong"),
		some.widgetToken(token, other.id).bad("with another's apiKey"),
	}
	for why, shut := range map[string]credentials{"rotated": rotated, "disabled": disabled} {
		all = append(all, some.widgetToken(issue(shut), shut.id).bad(why), some.widgetKeys(shut).void(why))
	}
	p.owner().run(t, nil, "client", "rotate-secret", rotated.id)
	p.owner().run(t, nil, "client", "disable", disabled.id)
	for _, c := range all {
		if c.kind == widgetToken && !c.good {
			p.untilRefused(t, c, set)
		}
	}
	return all
}

// untilRefused waits until a widget's token is over everywhere.
func (p *platform) untilRefused(t *testing.T, c presentation, set string) {
	t.Helper()
	testkit.Eventually(t, patience, func() error {
		if p.send(t, c.onPage(p.shown(cmp.HouseholdPath, "", "", widgetOrigin).to(cmpHost(set)))).status == http.StatusOK {
			return errors.New(c.name + " is taken still")
		}
		return nil
	})
}
