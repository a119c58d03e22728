package config

// Hidden stands for a secret wherever one would be printed.
const Hidden = "[hidden]"

// Secret is a setting that must not be shown. It prints, logs and marshals as
// Hidden, or as nothing when it is empty.
type Secret string

// Reveal returns the secret itself, for the one place that uses it.
func (s Secret) Reveal() string { return string(s) }

// String hides the secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return Hidden
}

// GoString hides the secret from %#v.
func (s Secret) GoString() string { return s.String() }

// MarshalText hides the secret from encoders.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
