package e2e

import (
	"fmt"
	"path/filepath"
	"strconv"
	"testing"
)

// recipients are how many persons a drill dispatches to.
const recipients = 20

// newDispatching makes a cluster whose dispatchers call webhooks on the loopback, with a provider and its recipients.
func newDispatching(t *testing.T) *dispatching {
	t.Helper()
	d := &dispatching{
		cluster: newCluster(t, binary), receiver: newReceiver(t), acknowledged: make(map[string]string), left: make(map[string]bool),
	}
	ca := authority(t, d.receiver.Server)
	for _, r := range d.notifications {
		r.kill()
		r.more = []string{
			"--set", "notifications.carriers.sandbox.channels=sms,sat,fcm,email", "--set", "notifications.carriers.calls.kind=webhook",
			"--set", "notifications.carriers.calls.webhook.allow_networks=127.0.0.0/8", "--set", "notifications.carriers.calls.webhook.ca_file=" + ca,
			"--set", "notifications.carriers.calls.timeout=2s",
			// Advertisements of a drill at night are sent too.
			"--set", "notifications.quiet_hours.from=00:00", "--set", "notifications.quiet_hours.until=00:00",
		}
		r.start(t, d.cluster)
	}
	editor, security := d.operator(t, d.gateway[0], "editor", "editor"), d.operator(t, d.gateway[0], "security", "security")
	client := security.create(t, "Drill", "tuidd").credentials()
	d.provider = newProvider(t, editor, client, d.gateway[0].edge)
	for i := range recipients {
		d.persons = append(d.persons, newRecipient(t, editor, i, fmt.Sprintf("%s/%d", d.receiver.URL, i)))
	}
	return d
}

// newProvider lets a client dispatch notifications and advertisements; more is said of the provider.
func newProvider(t *testing.T, editor operator, by credentials, at edge, more ...string) provider {
	t.Helper()
	var made struct {
		Provider struct {
			ID int64 `json:"provider_id,string"`
		}
		Secret string `json:"callback_secret"`
	}
	editor.run(t, &made, append([]string{"provider", "create", "Drill", "--client-id", by.id}, more...)...)
	p := provider{id: made.Provider.ID, secret: made.Secret, access: at.issue(t, by)}
	return p.subscribed(t, editor)
}

// subscribed is the provider with a service of its own, which takes everything; more is said of the service.
func (p provider) subscribed(t *testing.T, editor operator, more ...string) provider {
	t.Helper()
	var made struct {
		Service struct {
			ID int64 `json:"service_id"`
		}
		Token string `json:"service_token"`
	}
	editor.run(t, &made, append([]string{
		"service", "create", "Drill", "--destination", "required", "--notification", "optional", "--advertisement", "optional",
		"--qr-code", "optional", "--micro-payment", "optional",
	}, more...)...)
	editor.run(t, &made, "subscription", "create", strconv.FormatInt(p.id, 10), strconv.FormatInt(made.Service.ID, 10))
	p.service, p.token = made.Service.ID, made.Token
	return p
}

// newRecipient enters an invented person who is reached at a webhook.
func newRecipient(t *testing.T, editor operator, number int, address string) string {
	t.Helper()
	person := newPerson(t, editor, "drill-"+strconv.Itoa(number), "phone=+5691234"+fmt.Sprintf("%04d", number))
	addAddress(t, editor, person, "webhook", address)
	return person
}

// newPerson enters an invented person.
func newPerson(t *testing.T, editor operator, key string, contacts ...string) string {
	t.Helper()
	var made struct {
		Person struct {
			ID string `json:"person_id"`
		}
	}
	args := []string{"person", "create", key, "INVENTADA"}
	for _, contact := range contacts {
		args = append(args, "--contact", contact)
	}
	editor.run(t, &made, args...)
	return made.Person.ID
}

// addAddress enters a device or a webhook of a person, and returns the secret of the latter.
func addAddress(t *testing.T, editor operator, person, channel, address string) (secret string) {
	t.Helper()
	var made struct{ Secret string }
	file := filepath.Join(t.TempDir(), "address")
	write(t, file, []byte(address))
	editor.run(t, &made, "recipient", "add-address", person, channel, file)
	return made.Secret
}
