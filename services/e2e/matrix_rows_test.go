package e2e

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/ventanilla/ventanilla/gateway/dialect/cmp"
	"github.com/ventanilla/ventanilla/gateway/dialect/colppy"
	iddidialect "github.com/ventanilla/ventanilla/gateway/dialect/iddi"
	"github.com/ventanilla/ventanilla/gateway/dialect/mosia"
	"github.com/ventanilla/ventanilla/gateway/dialect/native"
	"github.com/ventanilla/ventanilla/gateway/dialect/tuidd"
	gateway "github.com/ventanilla/ventanilla/gateway/edge"
	"github.com/ventanilla/ventanilla/gateway/web"
)

// served are the families with a window; clients of elsewhere may be registered too.
var served = []string{"cmp", "tuidd", "iddi", "mosia"}

const elsewhere = "elsewhere"

const (
	production = "production"
	staging    = "staging"
)

// row is an endpoint: whom it serves, and what comes of it.
type row struct {
	method, path string
	// public endpoints look at no credential.
	public bool
	// status is what everybody who passes is answered; 200 when 0.
	status int
	// families, sets and kinds are those of the clients and credentials that pass.
	families, sets []string
	kinds          []kind
	// denied are kinds that are known, and told with the status that they may not.
	denied map[kind]int
	// asks are right calls but for their credential. The first is made by strangers too.
	asks []ask
	// members are those of an error.
	members []string
	// on puts a credential on a call; presentation.on when nil.
	on func(c presentation, to call) call
	// hidden are calls about what is not the caller's or is not there at all: all are answered alike, with the status.
	hidden       func(caller presentation, all []presentation) []call
	hiddenStatus int
}

// ask is a call for which a credential needs a scope, unless it is empty. Without it the call is refused with short.
type ask struct {
	call  func() call
	scope string
	short int
}

// with is a call with a credential.
func (r row) with(c presentation, to call) call {
	if r.on != nil {
		return r.on(c, to)
	}
	return c.on(to)
}

// passes tells whether a credential is let in.
func (r row) passes(c presentation) bool {
	_, denied := r.denied[c.kind]
	return c.good && slices.Contains(r.families, c.family) && slices.Contains(r.sets, c.set) && (denied || slices.Contains(r.kinds, c.kind))
}

// grants are the calls of a token endpoint.
func grants(path, beyond string) []ask {
	return []ask{{call: granting(path, "")}, {granting(path, beyond), beyond, http.StatusBadRequest}}
}

// noGrant has widgets told that they get no tokens in their own name (RFC 6749, 5.2: unauthorized_client).
var noGrant = map[kind]int{widgetKeys: http.StatusBadRequest}

// rows are the endpoints of all families.
func (p *platform) rows(t *testing.T) []row {
	t.Helper()
	real, trial := card{p.demo.IDDi.Folio, p.demo.IDDi.Firma}, card{p.demo.IDDi.StagFolio, p.demo.IDDi.StagFirma}
	both := []string{production, staging}
	none := func(path string) []ask { return []ask{{call: about(path, noToken)}} }
	rows := []row{
		{
			method: "POST", path: introspectPath, families: []string{"tuidd"}, sets: both[:1], kinds: []kind{secret, token},
			asks: none(introspectPath), members: oauth, hidden: others(introspectPath), hiddenStatus: http.StatusOK,
		},
		{
			method: "POST", path: ownTokenPath, families: served, sets: both, kinds: []kind{secret, apiKey},
			asks: grants(ownTokenPath, "no-such"), members: oauth, denied: noGrant,
		},
		{
			method: "POST", path: ownIntrospectPath, families: served, sets: both, kinds: []kind{secret, apiKey, token, widgetKeys},
			asks: none(ownIntrospectPath), members: oauth, hidden: others(ownIntrospectPath), hiddenStatus: http.StatusOK,
		},
		{
			method: "POST", path: revokePath, families: served, sets: both, kinds: []kind{secret, apiKey, widgetKeys},
			asks: none(revokePath), members: oauth, hidden: otherData(revokePath), hiddenStatus: http.StatusOK,
		},
	}
	for _, path := range []string{
		"/.well-known/jwks.json", "/.well-known/oauth-authorization-server",
		"/.well-known/iddi-card-keys.json", "/.well-known/iddi-card-keys-staging.json",
	} {
		rows = append(rows, row{method: "GET", path: path, public: true, asks: []ask{{call: getting(path)}}})
	}
	return slices.Concat(rows, pages(t), p.benefitsRows(), p.servicesRows(t), colppyRows(), p.mosiaRows(), p.cmpRows(production), p.cmpRows(staging), iddiRows(production, real, trial), iddiRows(staging, trial, real))
}

// iddiBody are the members of an error of iddidialect.
var iddiBody = []string{"status", "code", "data"}

// card is one that the demonstration issued.
type card struct{ folio, signature string }

// iddiRows are the endpoints of iddi for a data set, which has one card and not the other.
func iddiRows(set string, own, foreign card) []row {
	prefix := iddidialect.ProductionPrefix
	if set == staging {
		prefix = iddidialect.StagingPrefix
	}
	// A card of the other data set, one that there is not, and one whose signature is another's.
	hidden := []card{{"zzzzz9", own.signature}, foreign, {own.folio, foreign.signature}, {foreign.folio, own.signature}}
	profile := func(c card, more string) call {
		return call{method: "GET", path: prefix + "/perfil/" + c.folio + "?firma_digital=" + c.signature + more}
	}
	status := func(c card) call {
		return call{
			path: prefix + "/credenciales/estado", header: http.Header{"Content-Type": {"application/json"}},
			body: strings.NewReader(`{"folio":"` + c.folio + `","firma_digital":"` + c.signature + `"}`),
		}
	}
	path := func(rest string) string { return prefix + rest }
	partners := func(method, rest string, kinds ...kind) row {
		return row{
			method: method, path: path(rest), families: []string{"iddi"}, sets: []string{set}, kinds: kinds, members: iddiBody,
		}
	}
	tokens := partners("POST", "/oauth/token", apiKey)
	tokens.asks, tokens.members = grants(tokens.path, "perfil:extendido"), oauth
	profiles := partners("GET", "/perfil/{folio}", apiKey, token)
	profiles.asks = []ask{
		{call: func() call { return profile(own, "") }},
		{func() call { return profile(own, "&perfil_extendido=true") }, "perfil:extendido", http.StatusForbidden},
	}
	profiles.hidden = func(presentation, []presentation) (calls []call) {
		for _, c := range hidden {
			calls = append(calls, profile(c, ""))
		}
		return calls
	}
	profiles.hiddenStatus = http.StatusNotFound
	catalogues := partners("GET", "/catalogos/{catalogo}", apiKey, token)
	catalogues.asks = []ask{{getting(path("/catalogos/estatus")), "catalogo", http.StatusForbidden}}
	return []row{
		tokens, profiles, catalogues,
		{method: "GET", path: path("/credenciales/revocaciones"), public: true, asks: []ask{{call: getting(path("/credenciales/revocaciones"))}}},
		{
			method: "POST", path: path("/credenciales/estado"), public: true, asks: []ask{{call: func() call { return status(own) }}},
			members: iddiBody, hiddenStatus: http.StatusNotFound,
			hidden: func(presentation, []presentation) (calls []call) {
				for _, c := range hidden {
					calls = append(calls, status(c))
				}
				return calls
			},
		},
	}
}

func getting(path string) func() call { return func() call { return call{method: "GET", path: path} } }

func granting(path, scope string) func() call {
	return func() call {
		form := map[string]string{"grant_type": "client_credentials"}
		if scope != "" {
			form["scope"] = scope
		}
		return call{path: path, form: form}
	}
}

func about(path, text string) func() call {
	return func() call { return call{path: path, form: map[string]string{"token": text}} }
}

// noToken is one that nobody was ever given.
const noToken = "no.such.token"

// others asks about a token that there is not, then about all that are dead or another client's.
func others(path string) func(presentation, []presentation) []call {
	return func(caller presentation, all []presentation) []call {
		calls := []call{about(path, noToken)()}
		for _, c := range all {
			if c.kind == token && (!c.good || c.client != caller.client) {
				calls = append(calls, about(path, c.bearer)())
			}
		}
		return calls
	}
}

// otherData asks about a token that there is not, then about all of the other data set. To whose data set it is the same, a client is
// told that it is another's (RFC 7009, 2.1).
func otherData(path string) func(presentation, []presentation) []call {
	return func(caller presentation, all []presentation) []call {
		calls := []call{about(path, noToken)()}
		for _, c := range all {
			if c.kind == token && c.set != caller.set {
				calls = append(calls, about(path, c.bearer)())
			}
		}
		return calls
	}
}

// pages are the rows of what is there for browsers: all of it is public.
func pages(t *testing.T) (rows []row) {
	t.Helper()
	for _, route := range routesOf(t, func() (gateway.Family, error) { return web.New(nil) }) {
		rows = append(rows, row{method: route.Method, path: route.Path, public: true, asks: []ask{{call: getting(route.Path)}}})
	}
	return rows
}

// everyFamilyIsServed compares the families of the rows with those that the binary has.
func everyFamilyIsServed(t *testing.T) {
	t.Helper()
	out, err := command(t, "config", "check", "--json")
	if err != nil {
		t.Fatal(err)
	}
	var settings struct {
		Auth struct {
			Families []string `json:"families"`
		} `json:"auth"`
	}
	if err := json.Unmarshal([]byte(out), &settings); err != nil || !slices.Equal(settings.Auth.Families, served) {
		t.Errorf("the platform serves %v, %v; the matrix has %v", settings.Auth.Families, err, served)
	}
}

// everyRouteHasARow compares the rows with the routes of the dialects.
func everyRouteHasARow(t *testing.T, rows []row) {
	t.Helper()
	routes := map[string]bool{}
	for _, route := range routesOf(t,
		func() (gateway.Family, error) { return cmp.New(nil, nil, nil, nil) },
		func() (gateway.Family, error) { return tuidd.New(nil, nil, nil, "") },
		func() (gateway.Family, error) { return iddidialect.New(nil, nil, nil, "") },
		func() (gateway.Family, error) { return colppy.New(nil, nil, nil, colppy.Config{}) },
		func() (gateway.Family, error) { return mosia.New(nil, nil, nil, mosia.Config{}) },
		func() (gateway.Family, error) { return native.New(nil, nil, nil, nil, "") },
		func() (gateway.Family, error) { return web.New(nil) },
	) {
		routes[route.Method+" "+route.Path] = false
	}
	for _, r := range rows {
		name := r.method + " " + r.path
		if _, there := routes[name]; !there {
			t.Errorf("there is no route %s", name)
		}
		routes[name] = true
	}
	for name, hasRow := range routes {
		if !hasRow {
			t.Errorf("the matrix has no row for %s", name)
		}
	}
}

func routesOf(t *testing.T, families ...func() (gateway.Family, error)) (routes []gateway.Route) {
	t.Helper()
	for _, newFamily := range families {
		family, err := newFamily()
		if err != nil {
			t.Fatal(err)
		}
		routes = append(routes, family.Routes...)
	}
	return routes
}
