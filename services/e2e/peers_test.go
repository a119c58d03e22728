package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/pkg/testkit/fcmfake"
)

// paymentSecret is an invented payment provider's.
const paymentSecret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"

// peers are a platform with real carriers of messages behind cables: a Kannel for SMS and the SIM, by two carriers, an OpenSMTPD that sends
// bounces, an FCM, and webhooks.
type peers struct {
	*platform
	operator operator
	kannel   *testkit.Gateway
	mail     *testkit.MailServer
	fcm      *fcmfake.Server
	calls    *callee
	cables   map[string]*cable // by carrier
	// provider is told of changes, and its advertisements are sent at any hour; those of considerate wait through quiet hours.
	provider, considerate provider
	// ana is reached by every channel. Her webhook's secret is hook.
	ana, hook string
}

func newPeers(t *testing.T) *peers {
	t.Helper()
	receipts, bounces := freeAddress(t), freeAddress(t)
	p := &peers{
		kannel: testkit.Kannel(t), mail: testkit.OpenSMTPD(t, map[string]string{"bounces.example": bounces}), fcm: fcmfake.New(t), calls: newCallee(t),
	}
	kannel, err := url.Parse(p.kannel.SendSMS)
	if err != nil {
		t.Fatal(err)
	}
	p.cables = map[string]*cable{
		"movil": newCable(t, kannel.Host), "reserva": newCable(t, kannel.Host), "correo": newCable(t, p.mail.Address),
		"push": newCable(t, p.fcm.Addr().String()), "llamadas": newCable(t, p.calls.Listener.Addr().String()),
	}
	p.platform = up(t, t.TempDir(), p.settings(t, kannel.Path, receipts, bounces)...)
	p.operator = p.owner()
	client := p.operator.create(t, "Peers", "tuidd").credentials()
	p.provider = newProvider(t, p.operator, client, p.edge, "--notification-uri", p.calls.URL+"/callbacks")
	p.considerate = p.provider
	p.provider = p.provider.subscribed(t, p.operator, "--no-quiet-hours")
	p.ana = newPerson(t, p.operator, "ana", "phone=+56912345678", "email="+testkit.Mailbox)
	addAddress(t, p.operator, p.ana, "fcm", "device-ana")
	p.hook = addAddress(t, p.operator, p.ana, "webhook", "https://"+p.cables["llamadas"].address()+"/ana")
	return p
}

// settings are those of the carriers. It is a quiet hour where it is now the time of UTC, and none half a day from there.
func (p *peers) settings(t *testing.T, sendSMS, receipts, bounces string) []string {
	t.Helper()
	now, ca := time.Now().UTC(), authority(t, p.calls.Server)
	var args []string
	set := func(name, value string) { args = append(args, "--set", "notifications."+name+"="+value) }
	for name, channels := range map[string]string{"movil": "sms,sat", "reserva": "sms"} {
		carrier := "carriers." + name + "."
		set(carrier+"kind", "kannel")
		set(carrier+"channels", channels)
		set(carrier+"kannel.url", "http://"+p.cables[name].address()+sendSMS)
		set(carrier+"kannel.username", p.kannel.Username)
		set(carrier+"kannel.password", p.kannel.Password)
		set(carrier+"kannel.from", "1234")
		set(carrier+"kannel.receipts_url", "http://"+receipts)
	}
	set("carriers.reserva.weight", "1")
	set("receipts.listen", receipts)
	set("carriers.correo.kind", "smtp")
	set("carriers.correo.smtp.address", p.cables["correo"].address())
	set("carriers.correo.smtp.ca_file", p.mail.CAFile)
	set("carriers.correo.smtp.from", "Avisos <avisos@ventanilla.example>")
	set("bounces.listen", bounces)
	set("bounces.domain", "bounces.example")
	set("carriers.push.kind", "fcm")
	set("carriers.push.concurrency", "4")
	set("carriers.push.fcm.credentials_file", p.fcm.CredentialsFile)
	set("carriers.push.fcm.endpoint", "http://"+p.cables["push"].address())
	set("carriers.llamadas.kind", "webhook")
	set("carriers.llamadas.webhook.allow_networks", "127.0.0.0/8")
	set("carriers.llamadas.webhook.ca_file", ca)
	set("callbacks.allow_networks", "127.0.0.0/8")
	set("callbacks.ca_file", ca)
	for name := range p.cables {
		set("carriers."+name+".timeout", "5s")
	}
	set("payments.secret", paymentSecret)
	set("default_time_zone", "Etc/UTC")
	set("quiet_hours.from", now.Add(-6*time.Hour).Format("15:04"))
	set("quiet_hours.until", now.Add(6*time.Hour).Format("15:04"))
	for _, name := range []string{"edge.rate.per_second", "edge.rate.burst"} {
		args = append(args, "--set", name+"=100000")
	}
	return args
}

// dispatched is what GET tells of a dispatch.
type dispatched struct {
	ID, Status, Reference string
	Parts                 []sentPart
	Links                 map[string]string
}

type sentPart struct {
	Kind, Channel, Status, Reason string
	Attempts                      []attempt
}

type attempt struct {
	Provider, Outcome, Reason string
	Repeated                  bool
}

func (d dispatched) String() string { return fmt.Sprintf("%s %+v", d.Status, d.Parts) }

// dispatch asks for parts for a person, which must be accepted.
func (p *peers) dispatch(t *testing.T, by provider, person, parts string, more ...string) dispatched {
	t.Helper()
	return p.accepted(t, by.dispatch(person, parts, more...), http.StatusCreated)
}

// accepted makes a call whose answer is about a dispatch.
func (p *peers) accepted(t *testing.T, c call, status int) dispatched {
	t.Helper()
	a := p.send(t, c)
	if a.status != status {
		t.Fatalf("%s %s: status %d, want %d: %s", c.method, c.path, a.status, status, a.body)
	}
	return a.dispatched(t)
}

func (a answer) dispatched(t *testing.T) (d dispatched) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.body), &d); err != nil || d.ID == "" {
		t.Fatalf("no dispatch: %v, %s", err, a.body)
	}
	return d
}

// at is where a dispatch is.
func (p *peers) at(t *testing.T, id string) dispatched {
	t.Helper()
	return p.accepted(t, p.provider.call(http.MethodGet, "/Services/"+id, ""), http.StatusOK)
}

// arrives waits until a dispatch has a status. What is repeated meanwhile takes as long as its pauses.
func (p *peers) arrives(t *testing.T, id, status string) (d dispatched) {
	t.Helper()
	testkit.Eventually(t, 10*patience, func() error {
		if d = p.at(t, id); d.Status != status {
			return fmt.Errorf("the dispatch is %v, want %s", d, status)
		}
		return nil
	})
	return d
}

// notification is the member of one; a word of its own tells it from others.
func notification(channel, word string) string {
	return `"notification":{"titulo":"Turno","mensaje":"` + word + `","canal":"` + channel + `"}`
}

// advertisement is the member of one.
func advertisement(channel, word string) string {
	return strings.Replace(notification(channel, word), "notification", "advertisement", 1)
}
