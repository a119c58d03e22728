// Package pki makes and checks the X.509 certificates that the platform's roles show each other, and the
// TLS configurations built on them.
//
// A service CA signs one leaf for each role. The leaf's DNS name <role>.ventanilla.internal is the role's
// identity: clients insist on it (ClientTLS), servers read it back (PeerRole). Operators get client-only
// certificates without a DNS name, so that none of them can pass for a role.
//
// Certificates come from a Source, asked at every handshake, so that files replaced by an outside tool take
// effect without a restart. Sessions are never resumed: each connection verifies against the roots of its
// own moment. Connections already open are left alone.
package pki
