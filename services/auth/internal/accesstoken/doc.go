// Package accesstoken writes and reads the access tokens that partners hold:
// JWTs (RFC 7519) signed with RS256, in the exact shape partners know. It checks
// form and signature only; whether a token is in force is for its callers to say.
package accesstoken
