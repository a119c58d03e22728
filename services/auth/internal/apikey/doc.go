// Package apikey makes and reads API keys: "vtk_", an identifier of 80 random bits
// in lower-case base32, "_", and a secret of 256 random bits in base64url. The
// prefix lets scanners of source code find keys that leaked. It also makes those
// that are JWTs, for families whose documents have such.
package apikey
