// Package assertion authenticates clients by JWTs that they sign themselves:
// private_key_jwt (RFC 7523, 2.2 and 3). It reads the key sets that clients
// register, and checks assertions against them. That an assertion is used once is
// for the caller to see to, by its identifier.
package assertion
