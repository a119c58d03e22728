package e2e

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/pkg/testkit/fcmfake"
)

// TestDispatchPeers has one platform dispatch through peers that are real, or speak as real ones do, and then takes their connections apart.
func TestDispatchPeers(t *testing.T) {
	p := newPeers(t)
	for _, c := range []struct {
		name string
		run  func(*testing.T, *peers)
	}{
		{"the document's example", documentsExample},
		{"for the SIM", forTheSIM},
		{"mail", mail},
		{"a bounce", bounced},
		{"a dead device", deadDevice},
		{"access tokens", accessTokens},
		{"webhook", webhook},
		{"callbacks", callbacks},
		{"watched", watched},
		{"pictures", pictures},
		{"codes", tickets},
		{"payments", payments},
		{"repeated requests", repeatedRequests},
		{"cancelled", cancelled},
		{"many at once", manyAtOnce},
		{"wishes", wishes},
		{"dead letters", deadLetters},
		{"faults", peerFaults},
		{"a flood", flood},
		{"a carrier down", carrierDown},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, p) })
	}
}

// documentsExample is delivered by a Kannel, whose report comes back, and by FCM.
func documentsExample(t *testing.T, p *peers) {
	made := p.dispatch(t, p.provider, p.ana, `"notification":{"titulo":"Clínica Dr. Nano. Turno","mensaje":"Oftalmologo Lunes 29-10 a las 9:15Hs.","canal":"SMS"},
		"advertisement":{"titulo":"Autos usados CHECHO","mensaje":"Lleve su auto usado con Financiameiento ...","canal":"FCM"}`)
	if made.Status != "accepted" || made.Links["self"] != "/Services/"+made.ID {
		t.Errorf("the answer: %+v", made)
	}
	d := p.arrives(t, made.ID, "sent") // for FCM brings no receipts
	if sms := d.Parts[0]; sms.Status != "delivered" && sms.Status != "sent" || sms.Channel != "SMS" {
		t.Errorf("the notification: %+v", sms)
	}
	testkit.Eventually(t, patience, func() error {
		if sms := p.at(t, made.ID).Parts[0]; sms.Status != "delivered" {
			return fmt.Errorf("no delivery report: %+v", sms)
		}
		return nil
	})
	if text := p.shortMessages("Oftalmologo"); text == "" {
		t.Errorf("the centre has no such text: %q", p.kannel.Messages())
	}
	if pushed := p.pushed("Lleve su auto"); len(pushed) != 1 || pushed[0].Token != "device-ana" || pushed[0].Notification.Title != "Autos usados CHECHO" {
		t.Errorf("FCM has %+v", pushed)
	}
}

// shortMessages is what reached the centre, if it says the word: in the GSM alphabet, or in UCS-2.
func (p *peers) shortMessages(word string) string {
	text := strings.ReplaceAll(testkit.TextOf(p.kannel.Messages()), "\x00", "")
	if strings.Contains(text, word) {
		return text
	}
	return ""
}

// pushed are FCM's messages that say a word.
func (p *peers) pushed(word string) []fcmfake.Message {
	return slices.DeleteFunc(p.fcm.Messages(), func(m fcmfake.Message) bool { return !strings.Contains(m.Notification.Body, word) })
}

// forTheSIM is a class-2 binary message.
func forTheSIM(t *testing.T, p *peers) {
	d := p.dispatch(t, p.provider, p.ana, notification("SAT", "por el SIM"))
	p.arrives(t, d.ID, "delivered")
	binary := slices.ContainsFunc(p.kannel.Messages(), func(m testkit.ShortMessage) bool {
		return m.Format == "data" && m.To == "+56912345678" && string(m.Data) == "\x04Turno: por el SIM"
	})
	if !binary {
		t.Errorf("the centre has %q", p.kannel.Messages())
	}
	if log := p.kannel.AccessLog(); !strings.Contains(log, "+56912345678 [flags:2:1:") {
		t.Errorf("no message of class 2 with 8-bit data: %s", log)
	}
}

// mail is given over TLS: the server takes none without.
func mail(t *testing.T, p *peers) {
	d := p.dispatch(t, p.provider, p.ana, notification("EMAIL", "por correo"))
	p.arrives(t, d.ID, "sent")
	p.mailed(t, "por correo")
}

// mailed waits until the mailbox has a mail that says a word.
func (p *peers) mailed(t *testing.T, word string) {
	t.Helper()
	testkit.Eventually(t, patience, func() error {
		mails, err := p.mail.Mails()
		if err == nil && !slices.ContainsFunc(mails, func(m string) bool { return strings.Contains(m, word) }) {
			err = fmt.Errorf("no mail of %d says %q", len(mails), word)
		}
		return err
	})
}

// bounced mail was taken, and comes back.
func bounced(t *testing.T, p *peers) {
	gone := newPerson(t, p.operator, "gone", "email="+testkit.GoneMailbox)
	d := p.dispatch(t, p.provider, gone, notification("EMAIL", "al vacío"))
	if part := p.arrives(t, d.ID, "failed").Parts[0]; part.Reason != "carrier_away" || len(part.Attempts) != 1 {
		t.Errorf("after the bounce: %+v", part)
	}
}

// deadDevice is forgotten, and the person's next one is taken.
func deadDevice(t *testing.T, p *peers) {
	person := newPerson(t, p.operator, "two devices")
	for _, device := range []string{"device-old", "device-new"} { // the newest first
		addAddress(t, p.operator, person, "fcm", device)
	}
	p.fcm.Answer("device-new", fcmfake.Answer{Status: http.StatusNotFound, Code: "UNREGISTERED"})
	d := p.arrives(t, p.dispatch(t, p.provider, person, notification("FCM", "al otro")).ID, "sent")
	if attempts := d.Parts[0].Attempts; len(attempts) != 2 || attempts[0].Reason != "bad_address" || attempts[1].Repeated {
		t.Errorf("attempts: %+v", attempts)
	}
	if pushed := p.pushed("al otro"); len(pushed) != 1 || pushed[0].Token != "device-old" {
		t.Errorf("FCM has %+v", pushed)
	}
	var shown struct{ Addresses []any }
	p.operator.run(t, &shown, "recipient", "show", person)
	if len(shown.Addresses) != 1 {
		t.Errorf("the dead device is kept: %+v", shown)
	}
}

// accessTokens end before their time: another is asked for.
func accessTokens(t *testing.T, p *peers) {
	asked := p.fcm.Asked()
	p.fcm.Revoke()
	p.arrives(t, p.dispatch(t, p.provider, p.ana, notification("FCM", "con otro token")).ID, "sent")
	if more := p.fcm.Asked() - asked; more < 1 || len(p.pushed("con otro token")) != 1 {
		t.Errorf("%d more access tokens, and FCM has %+v", more, p.pushed("con otro token"))
	}
}

// webhook calls are signed with the secret that was shown.
func webhook(t *testing.T, p *peers) {
	d := p.dispatch(t, p.provider, p.ana, notification("WEBHOOK", "por llamada"))
	p.arrives(t, d.ID, "delivered")
	calls := p.calls.about("/ana", "por llamada")
	if len(calls) != 1 {
		t.Fatalf("%d calls", len(calls))
	}
	calls[0].verify(t, p.hook)
}

// callbacks tell the provider of each change, the last of all that it is delivered.
func callbacks(t *testing.T, p *peers) {
	d := p.dispatch(t, p.provider, p.ana, notification("SMS", "con aviso"), `"reference":"turno-8812"`)
	p.arrives(t, d.ID, "delivered")
	var told []taken
	testkit.Eventually(t, patience, func() error {
		told = p.calls.about("/callbacks", d.ID)
		if !slices.ContainsFunc(told, func(c taken) bool { return strings.Contains(c.body, `"status":"delivered"`) }) {
			return fmt.Errorf("nobody told that it is delivered: %+v", told)
		}
		return nil
	})
	ids := make(map[string]bool)
	for _, call := range told {
		call.verify(t, p.provider.secret)
		ids[call.header.Get("Webhook-Id")] = true
		if !strings.Contains(call.body, `"type":"dispatch.changed"`) || !strings.Contains(call.body, `"reference":"turno-8812"`) {
			t.Errorf("told: %s", call.body)
		}
	}
	if len(ids) != len(told) {
		t.Errorf("%d calls with %d identifiers", len(told), len(ids))
	}
}

// watched shows the end of one dispatch, and of those that come while it runs.
func watched(t *testing.T, p *peers) {
	one := p.dispatch(t, p.provider, p.ana, notification("SMS", "a la vista"))
	out, err := command(t, append([]string{"admin"}, append(p.operator.flags, "dispatch", "watch", one.ID)...)...)
	if lines := strings.Split(strings.TrimSpace(out), "\n"); err != nil || !showsDelivered(lines[len(lines)-1], one.ID, "sms") {
		t.Errorf("watch: %v\n%s", err, out)
	}
	all := start(t, t, binary, "watch", append([]string{"admin"}, append(p.operator.flags, "dispatch", "watch", "--channel", "sms")...)...)
	testkit.Eventually(t, 10*patience, func() error { // what changes before it listens is not shown
		d := p.dispatch(t, p.provider, p.ana, notification("SMS", "una más"))
		p.arrives(t, d.ID, "delivered")
		for line := range strings.Lines(all.output.String()) {
			if showsDelivered(line, "", "sms") {
				return nil
			}
		}
		return errors.New("watch shows none delivered")
	})
	all.signal(syscall.SIGINT)
	if code := all.exitCode(t); code != 0 {
		t.Errorf("exit code %d after Ctrl-C", code)
	}
}

// showsDelivered tells whether a line of watch says that a notification is delivered.
func showsDelivered(line, id, channel string) bool {
	return strings.Contains(line, id) && strings.Contains(line, "notification "+channel+" delivered")
}
