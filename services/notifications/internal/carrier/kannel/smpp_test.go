package kannel_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/pkg/testkit/smppfake"
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
