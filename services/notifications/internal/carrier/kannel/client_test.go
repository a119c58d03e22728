package kannel_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/ventanilla/ventanilla/pkg/config"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/notifications/internal/carrier/kannel"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

func TestTextsReachTheCentre(t *testing.T) {
	w := start(t, nil)
	before := 0
	for _, c := range []struct {
		title, text, link, want string
		ucs2                    bool
		messages                int
	}{
		{"Año nuevo", "Mañana a las 9: 5€ [sala {2}]", "", "Año nuevo: Mañana a las 9: 5€ [sala {2}]", false, 1},
		{"Clínica Dr. Nano. Turno", "Lunes 29-10 👍 10€", "", "Clínica Dr. Nano. Turno: Lunes 29-10 👍 10€", true, 1},
		{"Turno", "Lunes", "https://example.cl/t?a=1&b=%41+c", "Turno: Lunes https://example.cl/t?a=1&b=%41+c", false, 1},
		{"Turno", "A \"b\" <c> 'd' %41 +", "", "Turno: A \"b\" <c> 'd' %41 +", false, 1},
		{strings.Repeat("ñ", 32), strings.Repeat("€", 178), "", strings.Repeat("ñ", 32) + ": " + strings.Repeat("€", 178), false, 3},
		{strings.Repeat("í", 32), strings.Repeat("ú", 178), "", strings.Repeat("í", 32) + ": " + strings.Repeat("ú", 178), true, 4},
	} {
		m := text(c.title, c.text)
		m.Link = c.link
		want(t, w.send(m), message.OutcomeSent, "")
		got := w.messages(before + c.messages)[before:]
		before += c.messages
		said := testkit.TextOf(got)
		if c.ucs2 {
			said = fromUCS2([]byte(said))
		}
		if said != c.want {
			t.Errorf("got %q, want %q", said, c.want)
		}
		if (got[0].Format == "ucs-2") != (c.ucs2 && c.messages == 1) || got[0].From != "1234" || got[0].To != phone {
			t.Errorf("got %+v", got[0])
		}
	}
}

func fromUCS2(data []byte) string {
	var units []uint16
	for i := 0; i+1 < len(data); i += 2 {
		units = append(units, uint16(data[i])<<8|uint16(data[i+1]))
	}
	return string(utf16.Decode(units))
}

func TestMessagesForTheSIM(t *testing.T) {
	w := start(t, nil)
	m := text("Turno", "Lunes 9€")
	m.Channel, m.Link = message.SAT, "https://example.cl/"
	want(t, w.send(m), message.OutcomeSent, "")
	got := w.messages(1)
	if want := "\x04Turno: Lunes 9\x1b\x65"; got[0].Format != "data" || string(got[0].Data) != want {
		t.Errorf("got %+v", got)
	}
	if log := w.AccessLog(); !strings.Contains(log, "Sent SMS 1234 "+phone+" [flags:2:1:") {
		t.Errorf("it is not of class 2 with 8-bit data: %s", log)
	}
}

func TestADeliveryReportComesBack(t *testing.T) {
	w := start(t, nil)
	for _, token := range []string{"d1-1-1-mac_A", "odd 100%d&type=2"} {
		m := text("Turno", "Lunes")
		m.Receipt = token
		want(t, w.send(m), message.OutcomeSent, "")
		testkit.Eventually(t, patience, func() error { return w.has(token, message.OutcomeSent) })
		testkit.Eventually(t, patience, func() error { return w.has(token, message.OutcomeDelivered) })
	}
}

func TestAReportThatIsNotStoredIsRepeated(t *testing.T) {
	w := start(t, nil)
	w.fails(sqlstore.ErrUnavailable)
	m := text("Turno", "Lunes")
	m.Receipt = "d1-1-1-mac"
	want(t, w.send(m), message.OutcomeSent, "")
	testkit.Eventually(t, patience, w.wasRefused)
	w.fails(nil)
	testkit.Eventually(t, patience, func() error { return w.has(m.Receipt, message.OutcomeDelivered) })
}

func TestReportsThatNobodyWantsAreNotAskedFor(t *testing.T) {
	w := start(t, func(c *kannel.Config) { c.ReceiptsURL = "" })
	m := text("Turno", "Lunes")
	m.Receipt = "d1-1-1-mac"
	want(t, w.send(m), message.OutcomeSent, "")
	w.messages(1)
	if log := w.AccessLog(); strings.Contains(log, "DLR") {
		t.Error(log)
	}
}

func TestRefusedCredentials(t *testing.T) {
	w := start(t, func(c *kannel.Config) { c.Password = "another" })
	want(t, w.send(text("Turno", "Lunes")), message.OutcomeFailed, message.CarrierRefuses)
}

func TestKannelAway(t *testing.T) {
	w := start(t, nil)
	w.Stop()
	want(t, w.send(text("Turno", "Lunes")), message.OutcomeFailed, message.CarrierAway)
	w.Start()
	want(t, w.send(text("Turno", "Lunes")), message.OutcomeSent, "")
}

func TestKannelSlow(t *testing.T) {
	w := start(t, nil)
	w.Freeze()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	want(t, w.Send(ctx, text("Turno", "Lunes")), message.OutcomeUnknown, message.CarrierTimeout)
	w.Thaw()
	want(t, w.send(text("Turno", "Lunes")), message.OutcomeSent, "")
}

func TestTheCentreAway(t *testing.T) {
	w := start(t, nil)
	w.StopCentre()
	want(t, w.send(text("Turno", "Lunes")), message.OutcomeSent, "")
	w.StartCentre()
	w.messages(1)
}

// TestNothingIsSaidInAddresses looks at what a proxy before Kannel would log.
func TestNothingIsSaidInAddresses(t *testing.T) {
	asked := make(chan *http.Request, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r
		w.WriteHeader(http.StatusAccepted)
		fmt.Fprint(w, "0: Accepted for delivery")
	}))
	t.Cleanup(server.Close)
	c := kannel.DefaultConfig()
	c.URL, c.Username, c.Password, c.SMSC = server.URL+"/cgi-bin/sendsms", "user", config.Secret("secret"), "centre"
	m := text("Turno", "Lunes")
	m.Expires = time.Now().Add(10*time.Second + 5*time.Minute)
	want(t, client(t, c).Send(t.Context(), m), message.OutcomeSent, "")
	r := <-asked
	if r.RequestURI != "/cgi-bin/sendsms" || r.Method != http.MethodPost {
		t.Errorf("got %s %s", r.Method, r.RequestURI)
	}
	for name, want := range map[string]string{
		"Validity": "5", "SMSC": "centre", "To": phone, "Username": "user", "Password": "secret", "From": "", "DLR-URL": "", "DLR-Mask": "",
	} {
		if got := r.Header.Get("X-Kannel-" + name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

func TestNumbersThatAreNone(t *testing.T) {
	c := kannel.DefaultConfig()
	c.URL, c.Username, c.Password = "http://127.0.0.1:1/", "user", "secret"
	for _, to := range []string{"", "56911111111", "+0123456", "+569 1111", "+56911111111\r\nX-Kannel-SMSC: x", "+1234567890123456"} {
		m := text("Turno", "Lunes")
		m.To.Value = to
		want(t, client(t, c).Send(t.Context(), m), message.OutcomeRejected, message.BadAddress)
	}
}
