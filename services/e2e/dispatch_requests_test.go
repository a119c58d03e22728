package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/pkg/testkit/fcmfake"
)

// repeatedRequests are the first one's again, by key and by reference; others with the same are refused.
func repeatedRequests(t *testing.T, p *peers) {
	said := notification("SMS", "una vez")
	keyed := func(parts string) call {
		c := p.provider.dispatch(p.ana, parts)
		c.header.Set("Idempotency-Key", "key-1")
		return c
	}
	named := func(parts string) call { return p.provider.dispatch(p.ana, parts, `"reference":"R-1"`) }
	for name, asking := range map[string]func(parts string) call{"key": keyed, "reference": named} {
		first, again := p.send(t, asking(said)), p.send(t, asking(said))
		if first.status != http.StatusCreated || again.status != http.StatusCreated || again.header.Get("Idempotency-Replayed") != "true" ||
			again.dispatched(t).ID != first.dispatched(t).ID || name == "key" && again.body != first.body {
			t.Errorf("%s: first %d %s, again %d %s", name, first.status, first.body, again.status, again.body)
		}
		refusal{status: http.StatusConflict, members: tuiddBody}.check(t, p.send(t, asking(notification("SMS", "otra cosa"))))
	}
}

// cancelled dispatches are taken back before their time, once.
func cancelled(t *testing.T, p *peers) {
	later := `"send_at":"` + time.Now().Add(time.Hour).UTC().Format(time.RFC3339) + `"`
	d := p.dispatch(t, p.provider, p.ana, notification("SMS", "más tarde"), later)
	if now := p.at(t, d.ID); now.Status != "scheduled" || now.Parts[0].Reason != "send_at" {
		t.Errorf("before: %v", now)
	}
	cancel := func() call { return p.provider.call(http.MethodDelete, "/Services/"+d.ID, "") }
	if a := p.send(t, cancel()); a.status != http.StatusNoContent {
		t.Errorf("cancelling: status %d, %s", a.status, a.body)
	}
	if now := p.at(t, d.ID); now.Status != "cancelled" {
		t.Errorf("after: %v", now)
	}
	refusal{status: http.StatusConflict, members: tuiddBody}.check(t, p.send(t, cancel()))
}

// manyAtOnce are each accepted or refused by itself.
func manyAtOnce(t *testing.T, p *peers) {
	items := []string{
		p.provider.request(p.ana, notification("SMS", "la primera")), p.provider.request(p.ana, notification("PALOMA", "la segunda")),
		p.provider.request(p.ana, notification("WEBHOOK", "la tercera")),
	}
	var statuses []int
	var ids []string
	for _, item := range p.batch(t, items) {
		statuses, ids = append(statuses, item.Status), append(ids, item.Service.ID)
	}
	if !slices.Equal(statuses, []int{http.StatusCreated, http.StatusBadRequest, http.StatusCreated}) {
		t.Fatalf("statuses %v", statuses)
	}
	for _, i := range []int{0, 2} {
		p.arrives(t, ids[i], "delivered")
	}
}

// item is what is answered to one of many.
type item struct {
	Status  int
	Service dispatched
}

func (p *peers) batch(t *testing.T, requests []string) []item {
	t.Helper()
	a := p.send(t, p.provider.call(http.MethodPost, "/Services/batch", `{"items":[`+strings.Join(requests, ",")+`]}`))
	var answer struct{ Items []item }
	if err := json.Unmarshal([]byte(a.body), &answer); err != nil || a.status != http.StatusOK || len(answer.Items) != len(requests) {
		t.Fatalf("status %d, %v, %d items of %d: %s", a.status, err, len(answer.Items), len(requests), a.body)
	}
	return answer.Items
}

// wishes hold for advertisements, and never for notifications.
func wishes(t *testing.T, p *peers) {
	person := func(name, phone string, wish ...string) string {
		id := newPerson(t, p.operator, name, "phone="+phone)
		if len(wish) > 0 {
			p.operator.run(t, nil, append([]string{"recipient", "wishes", id}, wish...)...)
		}
		return id
	}
	for _, c := range []struct{ name, person, status, reason string }{
		{"refuses", person("refuses", "+56912345601", "--refuses-advertisements"), "cancelled", "opted_out"},
		{"sleeps", person("sleeps", "+56912345602"), "scheduled", "quiet_hours"},
		{"is awake", person("awake", "+56912345603", "--time-zone", "Etc/GMT+12"), "delivered", ""},
	} {
		d := p.dispatch(t, p.considerate, c.person, notification("SMS", "a cualquier hora")+","+advertisement("SMS", "si se puede"))
		testkit.Eventually(t, patience, func() error {
			now := p.at(t, d.ID)
			if now.Parts[0].Status != "delivered" || now.Parts[1].Status != c.status || now.Parts[1].Reason != c.reason {
				return fmt.Errorf("who %s: %v", c.name, now)
			}
			return nil
		})
	}
}

// deadLetters are listed with their reasons, and replayed once what was wrong is mended.
func deadLetters(t *testing.T, p *peers) {
	person := newPerson(t, p.operator, "one device")
	addAddress(t, p.operator, person, "fcm", "device-odd")
	p.fcm.Answer("device-odd", fcmfake.Answer{Status: http.StatusBadRequest, Code: "INVALID_ARGUMENT"})
	d := p.dispatch(t, p.provider, person, notification("FCM", "letra muerta"))
	p.arrives(t, d.ID, "failed")
	var dead struct {
		Letters []struct {
			ID     string `json:"dispatch_id"`
			Reason string
		} `json:"dead_letters"`
	}
	p.operator.run(t, &dead, "dispatch", "dead", "--channel", "fcm", "--reason", "content_refused")
	if len(dead.Letters) != 1 || dead.Letters[0].ID != d.ID {
		t.Fatalf("dead letters: %+v", dead)
	}
	for _, want := range []int{1, 0} {
		var replayed struct{ Replayed []any }
		p.operator.run(t, &replayed, "dispatch", "replay", d.ID)
		if len(replayed.Replayed) != want {
			t.Errorf("replayed %d parts, want %d", len(replayed.Replayed), want)
		}
	}
	if now := p.arrives(t, d.ID, "sent"); len(now.Parts[0].Attempts) != 2 || len(p.pushed("letra muerta")) != 1 {
		t.Errorf("replayed: %v", now)
	}
}
