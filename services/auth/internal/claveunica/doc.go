// Package claveunica asks ClaveÚnica, the Chilean citizens' identity provider, whose an access token is. What it answers is not
// trusted further than that, and nothing personal is in its errors.
package claveunica
