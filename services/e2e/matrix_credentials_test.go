package e2e

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/ventanilla/ventanilla/pkg/testkit"
)

// kind is how a credential is presented.
type kind string

const (
	secret kind = "secret"
	token  kind = "token"
	apiKey kind = "API key"
	// clientToken is an API key in the form of a JWT, as a bearer's; clientTokenAlone is the same without a scheme.
	clientToken      kind = "client token"
	clientTokenAlone kind = "client token alone"
	// widgetKeys are a widget's apiKey and secretKey; voidKeys hold no more.
	widgetKeys  kind = "widget's keys"
	voidKeys    kind = "widget's void keys"
	widgetToken kind = "widget's token"
	// malformed credentials are each refused in a way of their own.
	malformed kind = "malformed"
)

// presentation is a credential of a client, as it comes with a call.
type presentation struct {
	name, note          string
	kind                kind
	family, set, client string
	scopes              []string
	// good credentials hold; others never did, or do no more.
	good bool

	basic  *credentials
	bearer string
	header string // of malformed ones
	widget string // the apiKey that a widget's token comes with
}

// on puts the credential on a call.
func (c presentation) on(to call) call {
	to.basic, to.bearer = c.basic, c.bearer
	if c.header != "" {
		to.header = to.header.Clone()
		if to.header == nil {
			to.header = http.Header{}
		}
		to.header.Set("Authorization", c.header)
	}
	return to
}

func (c presentation) bad(why string) presentation {
	c.name, c.good = c.name+", "+why, false
	return c
}

func (c presentation) secret(of credentials) presentation {
	c.kind, c.basic, c.bearer = secret, &of, ""
	return c.named()
}

func (c presentation) token(text string) presentation {
	c.kind, c.basic, c.bearer = token, nil, text
	return c.named()
}

func (c presentation) apiKey(text string) presentation {
	c.kind, c.basic, c.bearer = apiKey, nil, text
	return c.named()
}

func (c presentation) named() presentation {
	c.name = fmt.Sprintf("%s of %s, %s%s", c.kind, c.family, c.set, c.note)
	return c
}

func (c presentation) having(scopes ...string) presentation {
	c.scopes = scopes
	c.note = ", for " + strings.Join(scopes, " ")
	return c
}

// scopesOf are what the clients of a family are registered for.
func scopesOf(family string) []string {
	switch family {
	case "iddi":
		return []string{"perfil:extendido", "catalogo"}
	case "mosia":
		return []string{"chavePasse", "seguranca", "mensageria"}
	}
	return []string{"beneficios", "benefits.evaluate", "benefits.simulate"}
}

// presentations makes clients of every family and data set with credentials of every kind and in every state.
func (p *platform) presentations(t *testing.T) []presentation {
	t.Helper()
	var all []presentation
	for _, family := range served {
		for _, set := range []string{production, staging} {
			all = append(all, p.holder(t, family, set)...)
		}
	}
	client, own := p.newHolder(t, elsewhere, production)
	all = append(all, client.secret(own), client.apiKey(p.newKey(t, client).Key))
	all = append(all, slices.Concat(p.widgets(t, production), p.widgets(t, staging))...)
	all = append(all, p.shutOut(t, "cmp", production)...)
	all = append(all, p.shutOut(t, "tuidd", production)...)
	all = append(all, p.shutOut(t, "iddi", production)...)
	all = append(all, p.shutOut(t, "iddi", staging)...)
	all = append(all, p.shutOut(t, "mosia", production)...)
	return append(all, strangers()...)
}

// holder is a client with what holds of every kind, and what does not.
func (p *platform) holder(t *testing.T, family, set string) []presentation {
	t.Helper()
	client, own := p.newHolder(t, family, set)
	key, lost := p.newKey(t, client), p.newKey(t, client)
	p.owner().run(t, nil, "api-key", "delete", lost.APIKey.ID)
	revoked := p.tokenFor(t, client.secret(own), "")
	p.must(t, client.secret(own).on(about(revokePath, revoked)()))
	all := []presentation{
		client.secret(own), client.token(p.tokenFor(t, client.secret(own), "")), client.apiKey(key.Key),
		client.token(p.tokenFor(t, client.apiKey(key.Key), "")),
		client.secret(credentials{own.id, "wrong-secret"}).bad("wrong"),
		client.apiKey(key.Key[:21] + strings.Repeat("A", 43)).bad("wrong"),
		client.apiKey(lost.Key).bad("deleted"),
		client.token(revoked).bad("revoked"),
	}
	if family == "iddi" {
		all = append(all, p.developer(t, client, key.Key)...)
	}
	if family == "mosia" {
		all = append(all, p.app(t, client)...)
	}
	return all
}

// developer are more credentials of a client of iddi: with few scopes, and tokens of iddi's own form, one of which is over.
func (p *platform) developer(t *testing.T, client presentation, key string) []presentation {
	t.Helper()
	narrow := client.having("perfil").apiKey(p.newKey(t, client, "--scope", "perfil").Key)
	path := "/v1/iddi/oauth/token"
	if client.set == staging {
		path = "/v1-stag/iddi/oauth/token"
	}
	issue := func(by presentation, more ...string) string {
		c := granting(path, "")()
		for pair := range slices.Chunk(more, 2) {
			c.form[pair[0]] = pair[1]
		}
		return p.must(t, by.on(c))
	}
	over, revoked := issue(client.apiKey(key), "expires_in", "1"), issue(client.apiKey(key))
	p.must(t, client.apiKey(key).on(about(revokePath, revoked)()))
	testkit.Eventually(t, patience, func() error {
		if p.send(t, client.apiKey(key).on(about(ownIntrospectPath, over)())).body != inactive {
			return errors.New("a token of one second is active still")
		}
		return nil
	})
	return []presentation{
		narrow, client.having("perfil").token(p.tokenFor(t, narrow, "")), client.having("perfil").token(issue(narrow)),
		client.having("perfil", "catalogo").token(issue(client.apiKey(key), "scope", "catalogo")),
		client.token(issue(client.apiKey(key))),
		client.token(over).bad("over"), client.token(revoked).bad("revoked"),
	}
}

// shutOut is a client that was disabled, with what it had.
func (p *platform) shutOut(t *testing.T, family, set string) []presentation {
	t.Helper()
	client, own := p.newHolder(t, family, set)
	key, text := p.newKey(t, client), p.tokenFor(t, client.secret(own), "")
	p.owner().run(t, nil, "client", "disable", own.id)
	const why = "shut out"
	return []presentation{client.secret(own).bad(why), client.token(text).bad(why), client.apiKey(key.Key).bad(why)}
}

// strangers are credentials that nobody was ever given.
func strangers() []presentation {
	nobody := presentation{family: "nobody", set: "nowhere"}
	broken := func(header string) presentation {
		return presentation{name: "malformed: " + header, kind: malformed + kind(header), header: header}
	}
	return []presentation{
		nobody.secret(credentials{"aaaaaaaaaaaaaaaa", strings.Repeat("A", 43)}),
		nobody.apiKey("vtk_" + strings.Repeat("a", 16) + "_" + strings.Repeat("A", 43)),
		nobody.token(noToken), nobody.token(strings.Repeat("a", 40) + "." + strings.Repeat("b", 200) + "." + strings.Repeat("c", 342)),
		broken("Basic !"), broken("Bearer"), broken("Bearer a b"), broken("Digest username=x"), broken("vtk_x"),
	}
}

// newHolder registers a client with the scopes of its family.
func (p *platform) newHolder(t *testing.T, family, set string) (presentation, credentials) {
	t.Helper()
	flags := []string{"--data-set", set}
	for _, scope := range scopesOf(family) {
		flags = append(flags, "--scope", scope)
	}
	own := p.owner().create(t, "Matrix "+family+" "+set, family, flags...).credentials()
	scopes := scopesOf(family)
	if family == "iddi" {
		scopes = append(scopes, "perfil")
	}
	return presentation{family: family, set: set, client: own.id, scopes: scopes, good: true}, own
}

// newAPIKey is the JSON of the command that makes one.
type newAPIKey struct {
	APIKey struct {
		ID string `json:"api_key_id"`
	} `json:"api_key"`
	Key string `json:"key"`
}

func (p *platform) newKey(t *testing.T, of presentation, flags ...string) newAPIKey {
	t.Helper()
	var made newAPIKey
	p.owner().run(t, &made, append([]string{"api-key", "create", of.client, "Matrix"}, flags...)...)
	return made
}

// tokenFor is a token from the platform's own endpoint.
func (p *platform) tokenFor(t *testing.T, by presentation, scope string) string {
	t.Helper()
	return p.must(t, by.on(granting(ownTokenPath, scope)()))
}

// must makes a call that is to succeed, and returns the token that came of it, if one did.
func (p *platform) must(t *testing.T, c call) string {
	t.Helper()
	a := p.send(t, c)
	if a.status != http.StatusOK {
		t.Fatalf("%s: %d, %s", c.path, a.status, a.body)
	}
	text, _ := a.object(t)["access_token"].(string)
	return text
}
