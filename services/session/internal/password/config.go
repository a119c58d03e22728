package password

import (
	"errors"
	"fmt"
)

// Config says how passwords are hashed. At most MemoryKiB times Concurrent is in use for it.
type Config struct {
	// MemoryKiB is what one hash takes.
	MemoryKiB uint32 `koanf:"memory_kib"`
	// Passes are how often it goes over it.
	Passes uint32 `koanf:"passes"`
	// Concurrent is how many are made at a time; others wait.
	Concurrent int `koanf:"concurrent"`
}

// DefaultConfig is what OWASP advises.
func DefaultConfig() Config { return Config{MemoryKiB: 19456, Passes: 2, Concurrent: 4} }

// Validate names every setting that cannot be used.
func (c Config) Validate() error {
	var errs []error
	for _, setting := range []struct {
		name            string
		is, least, most int64
	}{
		{"memory_kib", int64(c.MemoryKiB), 7168, 1 << 20},
		{"passes", int64(c.Passes), 1, 32},
		{"concurrent", int64(c.Concurrent), 1, 64},
	} {
		if setting.is < setting.least || setting.is > setting.most {
			errs = append(errs, fmt.Errorf("%s: must be between %d and %d", setting.name, setting.least, setting.most))
		}
	}
	return errors.Join(errs...)
}
