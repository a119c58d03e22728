package testkit

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// kannelPorts are those of a gateway, all on the loopback interface.
// smpp is that of a centre of the test's own, 0 for fakesmsc.
type kannelPorts struct{ admin, smsbox, sendSMS, centre, smpp int }

// kannelConfig is for both boxes. Its access log has the text of no message.
const kannelConfig = `group = core
admin-port = %[1]d
admin-interface = 127.0.0.1
admin-password = %[6]s
smsbox-port = %[2]d
smsbox-interface = 127.0.0.1
box-allow-ip = 127.0.0.1
log-level = 0
access-log = access.log
access-log-format = "%%l %%p %%P [flags:%%m:%%c:%%M:%%C:%%d]"
dlr-storage = internal

%[4]s
group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = %[3]d
sendsms-interface = 127.0.0.1
http-request-retry = 600
http-queue-delay = 1
log-level = 0

group = sendsms-user
username = %[5]s
password = %[6]s
max-messages = 10
concatenation = true
`

const fakeCentre = `group = smsc
smsc = fake
smsc-id = centre
our-host = 127.0.0.1
port = %d
connect-allow-ip = 127.0.0.1
`

const smppCentre = `group = smsc
smsc = smpp
smsc-id = centre
host = 127.0.0.1
port = %d
transceiver-mode = true
smsc-username = kannel
smsc-password = none
system-type = none
reconnect-delay = 1
`

// configure gives the gateway its ports and writes its configuration.
func (g *Gateway) configure() error {
	for _, port := range []*int{&g.ports.admin, &g.ports.smsbox, &g.ports.sendSMS, &g.ports.centre} {
		var err error
		if *port, err = FreePort(context.Background()); err != nil {
			return err
		}
	}
	g.SendSMS = fmt.Sprintf("http://127.0.0.1:%d/cgi-bin/sendsms", g.ports.sendSMS)
	centre := fmt.Sprintf(fakeCentre, g.ports.centre)
	if g.ports.smpp != 0 {
		centre = fmt.Sprintf(smppCentre, g.ports.smpp)
	}
	text := fmt.Sprintf(kannelConfig, g.ports.admin, g.ports.smsbox, g.ports.sendSMS, centre, g.Username, g.Password)
	return os.WriteFile(filepath.Join(g.folder, "kannel.conf"), []byte(text), 0o600)
}
