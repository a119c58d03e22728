// Package credential takes a partner's credential from the Authorization header
// and exchanges it at the auth service for an internal token, the only form of
// identity that services accept.
package credential
