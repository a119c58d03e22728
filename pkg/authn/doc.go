// Package authn is identity inside the platform: the internal token that auth
// makes ([Sign]) and every service checks ([Verifier]), the view of what has
// been revoked ([Revocations]), and the places in a context where the caller
// and the peer stand.
package authn
