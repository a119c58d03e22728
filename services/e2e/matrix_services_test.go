package e2e

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/ventanilla/ventanilla/gateway/dialect/tuidd"
)

// requested is a request for a service of the demo's provider, with what it made.
type requested struct {
	ID    string `json:"id"`
	Links struct {
		Self    string `json:"self"`
		Code    string `json:"qr_code"`
		CodePNG string `json:"qr_code_png"`
		Payment string `json:"microPayment"`
	} `json:"links"`
}

// ofProvider is a request of the demo's provider.
func (p *platform) ofProvider(parameters string) string {
	of := p.demo.Tuidd.demoProvider
	return `{"provider_id":` + strconv.FormatInt(of.ProviderID, 10) + `,"service_token":"` + of.ServiceToken +
		`","service_id":` + strconv.Itoa(int(of.ServiceID)) + `,"parameters":{"destination":"` + of.Destination + `",` + parameters + `}}`
}

// providerToken is an access token of the demo's provider.
func (p *platform) providerToken(t *testing.T) string {
	t.Helper()
	of := credentials{p.demo.Tuidd.ClientID, p.demo.Tuidd.ClientSecret}
	return p.tokenFor(t, presentation{}.secret(of), "")
}

// request makes a request for a service as the demo's provider.
func (p *platform) request(t *testing.T, parameters string) requested {
	t.Helper()
	to := sending(tuidd.ServicesPath, p.ofProvider(parameters))()
	to.bearer = p.providerToken(t)
	a := p.send(t, to)
	var made requested
	if err := json.Unmarshal([]byte(a.body), &made); err != nil || a.status != http.StatusCreated || a.header.Get("Location") != made.Links.Self {
		t.Fatalf("%d, %s, %v", a.status, a.body, err)
	}
	return made
}

func sending(path, body string) func() call {
	return func() call {
		return call{path: path, header: http.Header{"Content-Type": {"application/json"}}, body: strings.NewReader(body)}
	}
}

// servicesRows are the endpoints of the dispatcher. Clients of tuidd see what is theirs alone, and nothing is: what the demo's provider
// made is to them as what nobody made.
func (p *platform) servicesRows(t *testing.T) []row {
	t.Helper()
	made := p.request(t, `"qr_code":{"kind":"ticket","title":"La matriz"},"microPayment":{"amount":1,"currency":"CLP","concept":"La matriz","reference":"1"}`)
	providers := func(method, path string, asks ...ask) row {
		return row{method: method, path: path, families: []string{tuidd.Name}, sets: []string{production}, kinds: []kind{token}, members: tuiddBody, asks: asks}
	}
	// foreign is an endpoint of one thing; link is that of the demo's provider, none one that there is not.
	foreign := func(method, path, link, none string) row {
		asking := func(path string) call { return call{method: method, path: path} }
		r := providers(method, path, ask{call: func() call { return asking(link) }, scope: "of nobody", short: http.StatusNotFound})
		r.hidden = func(presentation, []presentation) []call { return []call{asking(link), asking(none)} }
		r.hiddenStatus = http.StatusNotFound
		return r
	}
	create := providers("POST", tuidd.ServicesPath, ask{call: sending(tuidd.ServicesPath, p.ofProvider(`"notification":{"Tittle":"La matriz","Message":"No es suyo","Cannel":"SMS"}`))})
	create.denied = map[kind]int{token: http.StatusForbidden}
	const service, code, payment = "/Services/00000000-0000-4000-8000-000000000000", "/Services/codes/none", "/Services/payments/00000000-0000-4000-8000-000000000000"
	drawing := row{
		method: "GET", path: "/notifications/v1/codes/{drawing}", public: true, asks: []ask{{call: getting(made.Links.CodePNG)}}, members: problemBody,
		hidden: func(presentation, []presentation) []call {
			return []call{getting("/notifications/v1/codes/none.png")()}
		},
		hiddenStatus: http.StatusNotFound,
	}
	// Nobody's credential is a signature.
	const settlements = "/notifications/v1/payments/settlements"
	settle := row{method: "POST", path: settlements, members: problemBody, asks: []ask{{call: func() call {
		c := sending(settlements, `{"payment_id":"`+strings.TrimPrefix(made.Links.Payment, "/Services/payments/")+`","status":"paid","amount":1,"currency":"CLP"}`)()
		c.header.Set("Webhook-Id", "msg_1")
		c.header.Set("Webhook-Timestamp", "1767323045")
		c.header.Set("Webhook-Signature", "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
		return c
	}}}}
	return []row{
		create,
		providers("POST", tuidd.BatchPath, ask{call: sending(tuidd.BatchPath, `{"items":[{}]}`)}),
		providers("GET", tuidd.ServicesPath, ask{call: getting(tuidd.ServicesPath)}),
		foreign("GET", tuidd.ServicePath, made.Links.Self, service),
		foreign("DELETE", tuidd.ServicePath, made.Links.Self, service),
		foreign("GET", tuidd.CodePath, made.Links.Code, code),
		foreign("DELETE", tuidd.CodePath, made.Links.Code, code),
		foreign("POST", tuidd.RedemptionsPath, made.Links.Code+"/redemptions", code+"/redemptions"),
		foreign("GET", tuidd.PaymentPath, made.Links.Payment, payment),
		drawing, settle,
		{
			method: "GET", path: "/notifications/v1/pictures/{picture_id}", public: true, status: http.StatusNotFound, members: problemBody,
			asks: []ask{{call: getting("/notifications/v1/pictures/none")}},
		},
	}
}
