package switches

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"
)

const (
	// switchesPart is beside "/endpoints/", which a platform in one process clears when it starts.
	switchesPart = "/switches/"
	// format is that of the values that this version writes and reads. A version that adds what older ones
	// may not overlook writes the next.
	format = 1
	// maxValue is the longest value, in bytes, that is taken for a switch.
	maxValue = 4096
	maxPath  = 256
)

// familyName is the contract's rule for the names of families.
var familyName = regexp.MustCompile(`^[a-z][a-z0-9]{1,15}$`)

// value is a switch in etcd. Its family and path are in the key.
type value struct {
	Format            int       `json:"format"`
	Maintenance       bool      `json:"maintenance,omitempty"`
	RetryAfterSeconds int64     `json:"retry_after_seconds,omitempty"`
	Retired           bool      `json:"retired,omitempty"`
	DeprecatedAt      time.Time `json:"deprecated_at,omitzero"`
	SunsetAt          time.Time `json:"sunset_at,omitzero"`
	Documentation     string    `json:"documentation,omitempty"`
	Strict            bool      `json:"strict,omitempty"`
	SetAt             time.Time `json:"set_at"`
	SetBy             string    `json:"set_by"`
}

// name is a switch's key below the prefix. Families have no slash, and paths begin with one.
func name(family, path string) string { return family + path }

// Parse reads the switch of a name, which is the family and the path in one, from its value. It refuses what this
// version cannot obey in full.
func Parse(name string, text []byte) (Switch, error) {
	family, path := name, ""
	if i := strings.IndexByte(name, '/'); i >= 0 {
		family, path = name[:i], name[i:]
	}
	if !familyName.MatchString(family) || len(path) > maxPath {
		return Switch{}, fmt.Errorf("decoding switch: its key names no family and path")
	}
	if len(text) > maxValue {
		return Switch{}, fmt.Errorf("decoding switch: it is longer than %d bytes", maxValue)
	}
	var v value
	if err := json.Unmarshal(text, &v); err != nil {
		return Switch{}, fmt.Errorf("decoding switch: %w", err)
	}
	if v.Format != format {
		return Switch{}, fmt.Errorf("decoding switch: format %d, and this version knows %d", v.Format, format)
	}
	if v.RetryAfterSeconds < 0 || v.RetryAfterSeconds > int64(maxRetryAfter/time.Second) {
		return Switch{}, fmt.Errorf("decoding switch: retry_after_seconds: out of range")
	}
	s := Switch{
		Family: family, Path: path, SetAt: v.SetAt, SetBy: v.SetBy,
		Effect: Effect{
			Maintenance: v.Maintenance, RetryAfter: time.Duration(v.RetryAfterSeconds) * time.Second, Retired: v.Retired,
			DeprecatedAt: v.DeprecatedAt, SunsetAt: v.SunsetAt, Documentation: v.Documentation, Strict: v.Strict,
		},
	}
	if err := s.Validate(); err != nil {
		return Switch{}, fmt.Errorf("decoding switch: %w", err)
	}
	return s, nil
}

// MarshalJSON writes the value that etcd keeps.
func (s Switch) MarshalJSON() ([]byte, error) {
	return json.Marshal(value{
		Format: format, Maintenance: s.Maintenance, RetryAfterSeconds: int64(s.RetryAfter / time.Second), Retired: s.Retired,
		DeprecatedAt: s.DeprecatedAt, SunsetAt: s.SunsetAt, Documentation: s.Documentation, Strict: s.Strict,
		SetAt: s.SetAt, SetBy: s.SetBy,
	})
}
