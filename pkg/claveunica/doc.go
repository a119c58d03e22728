// Package claveunica is a small emulator of ClaveÚnica, the Chilean citizens' identity provider, for development and tests: the
// OpenID Connect code flow and its userinfo, with test persons. It proves nobody's identity and keeps everything in memory.
package claveunica
