package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"net"
	"regexp"
	"strings"
	"time"
)

// LeafLife is how long issued leaves are valid, or less where the CA ends before: the longest that browsers
// accept of a server.
const LeafLife = 397 * 24 * time.Hour

// IssueRole makes a key and a certificate with which role serves and calls. The certificate also names
// localhost, the loopback addresses and the given hosts (DNS names or IP addresses).
func (ca *CA) IssueRole(role string, hosts ...string) (tls.Certificate, error) {
	if !ValidRole(role) {
		return tls.Certificate{}, fmt.Errorf("role %q is not a DNS label", role)
	}
	template := ca.template(role, LeafLife, x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth)
	template.DNSNames = []string{RoleDNS(role)}
	if err := addHosts(template, append([]string{"localhost", "127.0.0.1", "::1"}, hosts...)); err != nil {
		return tls.Certificate{}, err
	}
	return ca.issue(template)
}

// IssueServer makes a key and a certificate for a server that outsiders reach by the given hosts (DNS names,
// also with a leading "*.", or IP addresses). It identifies no role.
func (ca *CA) IssueServer(hosts ...string) (tls.Certificate, error) {
	if len(hosts) == 0 {
		return tls.Certificate{}, errors.New("a server certificate needs at least one host")
	}
	template := ca.template(hosts[0], LeafLife, x509.ExtKeyUsageServerAuth)
	if err := addHosts(template, hosts); err != nil {
		return tls.Certificate{}, err
	}
	return ca.issue(template)
}

// hostName is a DNS name (RFC 1123, 2.1), maybe with a wildcard before it.
var hostName = regexp.MustCompile(`^(\*\.)?[0-9A-Za-z]([-0-9A-Za-z]{0,61}[0-9A-Za-z])?(\.[0-9A-Za-z]([-0-9A-Za-z]{0,61}[0-9A-Za-z])?)*\.?$`)

// addHosts refuses names in the roles' zone: a certificate has one role at most, set by IssueRole alone.
func addHosts(template *x509.Certificate, hosts []string) error {
	for _, host := range hosts {
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
			continue
		}
		if !hostName.MatchString(host) || strings.HasSuffix("."+strings.ToLower(strings.TrimSuffix(host, ".")), domain) {
			return fmt.Errorf("host %q cannot be certified", host)
		}
		template.DNSNames = append(template.DNSNames, host)
	}
	return nil
}

func (ca *CA) template(commonName string, life time.Duration, usages ...x509.ExtKeyUsage) *x509.Certificate {
	start := ca.now()
	end := start.Add(life)
	if end.After(ca.cert.NotAfter) {
		end = ca.cert.NotAfter
	}
	return &x509.Certificate{
		Subject:               pkix.Name{CommonName: commonName},
		NotBefore:             start.Add(-skew),
		NotAfter:              end,
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           usages,
		BasicConstraintsValid: true,
	}
}

func (ca *CA) issue(template *x509.Certificate) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("generating key: %w", err)
	}
	leaf, err := ca.sign(template, key.Public())
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{leaf.Raw}, PrivateKey: key, Leaf: leaf}, nil
}

// sign gives the certificate a random serial number, as crypto/x509 does for a template without one.
func (ca *CA) sign(template *x509.Certificate, public crypto.PublicKey) (*x509.Certificate, error) {
	if !template.NotAfter.After(ca.now()) {
		return nil, errors.New("signing certificate: the CA has expired")
	}
	der, err := x509.CreateCertificate(rand.Reader, template, ca.cert, public, ca.key)
	if err != nil {
		return nil, fmt.Errorf("signing certificate: %w", err)
	}
	return x509.ParseCertificate(der)
}
