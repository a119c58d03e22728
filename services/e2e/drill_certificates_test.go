package e2e

import (
	"crypto/tls"
	"errors"
	"testing"

	"github.com/ventanilla/ventanilla/pkg/testkit"
)

// certificatesRenewed replaces the certificates of running roles under load: new ones are shown without a restart, and
// roles that start with the new ones meet those that began with the old.
func certificatesRenewed(t *testing.T, c *cluster) {
	checking, issuing := c.underLoad(t, c.gateway[0].edge)
	before := c.serial(t, c.gateway[0])
	for _, role := range []string{"edge", "auth", "identity", "benefits", "notifications", "session", "gateway"} {
		c.certify(t, c.program, role)
	}
	testkit.Eventually(t, patience, func() error {
		if c.serial(t, c.gateway[0]) == before {
			return errors.New("the edge shows its old certificate")
		}
		return nil
	})
	checking.more(t, 200)
	for i := range c.auth {
		c.servedBy(t, i)
	}
	checking.ended(t, 0)
	issuing.ended(t, 0)
}

// serial is the serial number of the certificate that a gateway shows to a new connection.
func (c *cluster) serial(t *testing.T, g *role) string {
	t.Helper()
	dialer := tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true}} // Only looked at.
	conn, err := dialer.DialContext(t.Context(), "tcp", g.listen)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	return conn.(*tls.Conn).ConnectionState().PeerCertificates[0].SerialNumber.String()
}
