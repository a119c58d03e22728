package kannel_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/pkg/testkit/smppfake"
	"github.com/ventanilla/ventanilla/services/notifications/internal/carrier/kannel"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

// TestWhatAPhoneIsGiven looks at messages as they leave Kannel for a network.
func TestWhatAPhoneIsGiven(t *testing.T) {
	centre := smppfake.New(t)
	w := with(t, testkit.KannelWithCentre(t, centre.Port()), nil)
	for i, c := range []struct {
		channel    message.Channel
		text, data string
		pid, dcs   byte
	}{
		{message.SMS, "mañana 9€", "T: ma\x7dana 9\x1b\x65", 0, 0x00},
		{message.SMS, "día", "\x00T\x00:\x00 \x00d\x00\xed\x00a", 0, 0x08},
		{message.SAT, "mañana 9€", "\x04T: ma\x7dana 9\x1b\x65", 0x7F, 0xF6},
		{message.SAT, "día", "\x08\x00T\x00:\x00 \x00d\x00\xed\x00a", 0x7F, 0xF6},
	} {
		m := text("T", c.text)
		m.Channel = c.channel
		want(t, w.send(m), message.OutcomeSent, "")
		testkit.Eventually(t, patience, func() error {
			if got := len(centre.Submitted()); got != i+1 {
				return fmt.Errorf("the centre has %d messages", got)
			}
			return nil
		})
		got := centre.Submitted()[i]
		if string(got.Data) != c.data || got.ProtocolID != c.pid || got.DataCoding != c.dcs || got.ESMClass&0x40 != 0 || got.Validity == "" {
			t.Errorf("%s %q: got %+v", c.channel, c.text, got)
		}
	}
}

// TestTheAlphabetIsKannels sends every character of the default alphabet: what is counted here is what Kannel makes of it.
func TestTheAlphabetIsKannels(t *testing.T) {
	centre := smppfake.New(t)
	w := with(t, testkit.KannelWithCentre(t, centre.Port()), nil)
	for _, all := range []string{
		"@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?", "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
		"^{}\\[~]|€",
	} {
		before := len(centre.Submitted())
		want(t, w.send(text("", all)), message.OutcomeSent, "")
		testkit.Eventually(t, patience, func() error {
			if got := len(centre.Submitted()); got != before+1 {
				return fmt.Errorf("the centre has %d messages", got)
			}
			return nil
		})
		codes, ok := kannel.GSM7(all)
		if got := centre.Submitted()[before]; !ok || string(got.Data) != string(codes) || got.DataCoding != 0 {
			t.Errorf("got %x, want %x", got.Data, codes)
		}
	}
}

// TestALongTextIsOneForItsReport has a text of three messages, of which one report comes.
func TestALongTextIsOneForItsReport(t *testing.T) {
	centre := smppfake.New(t)
	w := with(t, testkit.KannelWithCentre(t, centre.Port()), nil)
	m := text("Turno", strings.Repeat("í", 178))
	m.Receipt = "d1-1-1-mac"
	want(t, w.send(m), message.OutcomeSent, "")
	testkit.Eventually(t, patience, func() error { return w.has(m.Receipt, message.OutcomeDelivered) })
	parts := centre.Submitted()
	if len(parts) != 3 {
		t.Errorf("%d messages", len(parts))
	}
	for i, part := range parts {
		if part.ESMClass&0x40 == 0 || (part.RegisteredDelivery != 0) != (i == 0) {
			t.Errorf("message %d: %+v", i+1, part)
		}
	}
}

// TestNotificationsOvertakeAdvertisements has Kannel send some at a time, to a centre that is busy.
func TestNotificationsOvertakeAdvertisements(t *testing.T) {
	const advertisements = 40 // more than Kannel sends without an answer
	centre := smppfake.New(t)
	w := with(t, testkit.KannelWithCentre(t, centre.Port()), nil)
	centre.Hold()
	for range advertisements {
		m := text("Autos", "usados")
		m.Kind = message.Advertisement
		want(t, w.send(m), message.OutcomeSent, "")
	}
	want(t, w.send(text("Turno", "Lunes")), message.OutcomeSent, "")
	centre.Release()
	testkit.Eventually(t, patience, func() error {
		if got := len(centre.Submitted()); got != advertisements+1 {
			return fmt.Errorf("the centre has %d messages", got)
		}
		return nil
	})
	at := slices.IndexFunc(centre.Submitted(), func(s smppfake.Submit) bool { return string(s.Data) == "Turno: Lunes" })
	if at < 0 || at > advertisements/2 {
		t.Errorf("the notification came as number %d", at+1)
	}
}

// TestWhatTheNetworkTells has each kind of report that a network gives.
func TestWhatTheNetworkTells(t *testing.T) {
	centre := smppfake.New(t)
	w := with(t, testkit.KannelWithCentre(t, centre.Port()), nil)
	for i, c := range []struct {
		fate smppfake.Fate
		want message.Outcome
	}{
		{smppfake.Fate{State: "DELIVRD"}, message.OutcomeDelivered},
		{smppfake.Fate{State: "UNDELIV"}, message.OutcomeFailed},
		{smppfake.Fate{State: "EXPIRED"}, message.OutcomeFailed},
		{smppfake.Fate{Status: 0x0B}, message.OutcomeRejected}, // no such destination
	} {
		centre.Fate(c.fate)
		m := text("Turno", "Lunes")
		m.Receipt = fmt.Sprintf("d1-1-%d-mac", i)
		want(t, w.send(m), message.OutcomeSent, "")
		testkit.Eventually(t, patience, func() error { return w.has(m.Receipt, c.want) })
	}
}

// TestALateNetwork has a report after a receiver that was away for a while.
func TestALateNetwork(t *testing.T) {
	centre := smppfake.New(t)
	centre.Fate(smppfake.Fate{})
	w := with(t, testkit.KannelWithCentre(t, centre.Port()), nil)
	m := text("Turno", "Lunes")
	m.Receipt, m.Expires = "d1-1-1-mac", time.Now().Add(time.Minute)
	want(t, w.send(m), message.OutcomeSent, "")
	testkit.Eventually(t, patience, func() error { return w.has(m.Receipt, message.OutcomeSent) })
	if err := w.has(m.Receipt, message.OutcomeDelivered); err == nil {
		t.Error("delivered, and nobody said so")
	}
}
