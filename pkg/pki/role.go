package pki

import (
	"crypto/tls"
	"regexp"
	"strings"
)

// domain is the zone of role names. It is never resolved.
const domain = ".ventanilla.internal"

var roleName = regexp.MustCompile(`^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$`)

// ValidRole tells whether a name can be a role's: a DNS label of at most 40 lower-case letters, digits and hyphens, a letter first.
func ValidRole(role string) bool { return roleName.MatchString(role) }

// RoleDNS returns the DNS name by which a role's certificate is known.
func RoleDNS(role string) string { return role + domain }

// PeerRole returns the role of a connection's peer, read from its verified certificate. It reports false for
// an unverified peer and for a certificate that names no role, or several.
func PeerRole(state tls.ConnectionState) (string, bool) {
	if len(state.VerifiedChains) == 0 || len(state.VerifiedChains[0]) == 0 {
		return "", false
	}
	found := ""
	for _, name := range state.VerifiedChains[0][0].DNSNames {
		role, ok := strings.CutSuffix(name, domain)
		switch {
		case !ok:
			continue
		case found != "" || !ValidRole(role):
			return "", false
		}
		found = role
	}
	return found, found != ""
}
