package e2e

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
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
	authority := d.receiver.authority(t)
	for _, r := range d.notifications {
		r.kill()
		r.more = []string{
			"--set", "notifications.carriers.sandbox.channels=sms,sat,fcm,email", "--set", "notifications.carriers.calls.kind=webhook",
			"--set", "notifications.carriers.calls.webhook.allow_networks=127.0.0.0/8", "--set", "notifications.carriers.calls.webhook.ca_file=" + authority,
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

// newProvider lets a client dispatch notifications and advertisements.
func newProvider(t *testing.T, editor operator, by credentials, at edge) provider {
	t.Helper()
	var made struct {
		Provider struct {
			ID string `json:"provider_id"`
		}
		Service struct {
			ID int64 `json:"service_id"`
		}
		Token string `json:"service_token"`
	}
	editor.run(t, &made, "provider", "create", "Drill", "--client-id", by.id)
	editor.run(t, &made, "service", "create", "Drill", "--destination", "required", "--notification", "optional", "--advertisement", "optional",
		"--qr-code", "optional", "--micro-payment", "optional")
	editor.run(t, &made, "subscription", "create", made.Provider.ID, strconv.FormatInt(made.Service.ID, 10))
	id, err := strconv.ParseInt(made.Provider.ID, 10, 64)
	if err != nil {
		t.Fatalf("the provider's number: %v", err)
	}
	return provider{id, made.Service.ID, made.Token, at.issue(t, by)}
}

// newRecipient enters an invented person who is reached at a webhook.
func newRecipient(t *testing.T, editor operator, number int, address string) string {
	t.Helper()
	var made struct {
		Person struct {
			ID string `json:"person_id"`
		}
	}
	editor.run(t, &made, "person", "create", "drill-"+strconv.Itoa(number), "INVENTADA", "--contact", "phone=+5691234"+fmt.Sprintf("%04d", number))
	file := filepath.Join(t.TempDir(), "address-"+strconv.Itoa(number))
	write(t, file, []byte(strings.TrimSpace(address)))
	editor.run(t, nil, "recipient", "add-address", made.Person.ID, "webhook", file)
	return made.Person.ID
}
