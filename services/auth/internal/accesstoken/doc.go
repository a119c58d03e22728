// Package accesstoken writes and reads access tokens, which are signed JWTs (RFC 7519): in the exact shape partners
// know, and in that of RFC 9068 for clients of the platform's own organisation. It checks form and signature only;
// whether a token is in force is for its callers to say.
package accesstoken
