package e2e

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/testkit"
)

// peerFaults spoil the connection to each peer: what is sent meanwhile arrives at last, and what may have arrived twice is marked.
func peerFaults(t *testing.T, p *peers) {
	t.Run("latency", func(t *testing.T) {
		for _, c := range p.cables {
			c.delay(t, "downstream", 100*time.Millisecond)
		}
		defer func() {
			for _, c := range p.cables {
				c.hurry(t)
			}
		}()
		p.allArrive(t, p.toAll(t, "despacio"))
	})
	t.Run("reset in the middle of an answer", func(t *testing.T) {
		// A call's answer is the first of its connection, behind TLS the second; that a mail was taken is said last of all.
		p.cables["movil"].breakAnswer(t, 1)
		p.cables["push"].breakAnswer(t, 1)
		p.cables["llamadas"].breakAnswer(t, 2)
		p.cables["correo"].breakAnswer(t, 10)
		all := p.toAll(t, "otra vez")
		p.allArrive(t, all)
		for _, channel := range []string{"FCM", "WEBHOOK", "EMAIL"} { // Kannel's report may say of the first that it arrived
			if attempts := p.at(t, all[channel].ID).Parts[0].Attempts; len(attempts) < 2 || attempts[0].Outcome != "unknown" || !attempts[1].Repeated {
				t.Errorf("%s: %+v", channel, attempts)
			}
		}
	})
	t.Run("half-open", func(t *testing.T) {
		for _, c := range p.cables {
			c.hang()
		}
		all := p.toAll(t, "en silencio")
		for channel, d := range all {
			testkit.Eventually(t, 10*patience, func() error {
				attempts := p.at(t, d.ID).Parts[0].Attempts
				if len(attempts) == 0 || attempts[0].Outcome == "" {
					return fmt.Errorf("%s: nobody found out: %+v", channel, attempts)
				}
				return nil
			})
		}
		for _, c := range p.cables {
			c.revive(t)
		}
		p.allArrive(t, all)
	})
}

// toAll dispatches by each channel but SMS, which has two carriers, to say a word.
func (p *peers) toAll(t *testing.T, word string) map[string]dispatched {
	t.Helper()
	all := make(map[string]dispatched)
	for _, channel := range []string{"SAT", "FCM", "EMAIL", "WEBHOOK"} {
		all[channel] = p.dispatch(t, p.provider, p.ana, notification(channel, word))
	}
	for channel, d := range all {
		d.Reference = word
		all[channel] = d
	}
	return all
}

// allArrive waits until all have arrived, and looks at the marks of those that were repeated.
func (p *peers) allArrive(t *testing.T, all map[string]dispatched) {
	t.Helper()
	end := map[string]string{"SAT": "delivered", "FCM": "sent", "EMAIL": "sent", "WEBHOOK": "delivered"}
	for channel, d := range all {
		attempts, word := p.arrives(t, d.ID, end[channel]).Parts[0].Attempts, d.Reference
		unknown := 0
		for i, a := range attempts {
			if unknown > 0 && !a.Repeated {
				t.Errorf("%s: attempt %d is not marked: %+v", channel, i+1, attempts)
			}
			if a.Outcome == "unknown" {
				unknown++
			}
		}
		if unknown == 0 && attempts[len(attempts)-1].Repeated && channel != "SAT" { // whose report may come late
			t.Errorf("%s: marked without a reason: %+v", channel, attempts)
		}
		arrived := map[string]int{
			"SAT": strings.Count(p.shortMessages(word), word), "FCM": len(p.pushed(word)), "WEBHOOK": len(p.calls.about("/ana", word)),
		}
		if channel == "EMAIL" {
			p.mailed(t, word)
		} else if arrived[channel] < 1 || arrived[channel] > len(attempts) {
			t.Errorf("%s: arrived %d times, after %+v", channel, arrived[channel], attempts)
		}
	}
}

// flood has advertisements wait for a slow carrier: a notification does not wait with them.
func flood(t *testing.T, p *peers) {
	const ads = 300
	slow := p.cables["push"]
	slow.delay(t, "downstream", 200*time.Millisecond)
	defer slow.hurry(t)
	requests := make([]string, ads)
	for i := range requests {
		requests[i] = p.provider.request(p.ana, advertisement("FCM", "oferta"))
	}
	items := p.batch(t, requests)
	testkit.Eventually(t, patience, func() error { // they are on their way
		if len(p.pushed("oferta")) == 0 {
			return errors.New("no advertisement arrived")
		}
		return nil
	})
	p.arrives(t, p.dispatch(t, p.provider, p.ana, notification("FCM", "urgente")).ID, "sent")
	if waiting := ads - len(p.pushed("oferta")); waiting < ads/4 {
		t.Errorf("when the notification was sent only %d advertisements of %d still waited", waiting, ads)
	}
	slow.hurry(t)
	for _, item := range items {
		p.arrives(t, item.Service.ID, "sent")
	}
	if arrived := len(p.pushed("oferta")); arrived < ads {
		t.Errorf("%d advertisements of %d arrived", arrived, ads)
	}
}

// carrierDown has the other carrier of the channel take over, until the first is back.
func carrierDown(t *testing.T, p *peers) {
	p.cables["movil"].cut(t)
	one := p.arrives(t, p.dispatch(t, p.provider, p.ana, notification("SMS", "por el otro")).ID, "delivered")
	if attempts := one.Parts[0].Attempts; len(attempts) > 2 || attempts[len(attempts)-1].Provider != "reserva" {
		t.Errorf("attempts: %+v", attempts)
	}
	requests := make([]string, 20)
	for i := range requests {
		requests[i] = p.provider.request(p.ana, notification("SMS", "por quien sea"))
	}
	for _, item := range p.batch(t, requests) {
		p.arrives(t, item.Service.ID, "delivered")
	}
	firstBy := func(carrier string) {
		t.Helper()
		testkit.Eventually(t, 10*patience, func() error {
			d := p.arrives(t, p.dispatch(t, p.provider, p.ana, notification("SMS", "por quien sea")).ID, "delivered")
			if first := d.Parts[0].Attempts[0]; first.Provider != carrier || first.Outcome != "delivered" && first.Outcome != "sent" {
				return fmt.Errorf("the first attempt: %+v", first)
			}
			return nil
		})
	}
	firstBy("reserva")
	p.cables["movil"].mend(t)
	firstBy("movil")
}
