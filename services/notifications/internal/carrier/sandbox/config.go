package sandbox

import (
	"errors"
	"time"
)

// Config is the section `sandbox` of a carrier.
type Config struct {
	// Delay is how long after a message its receipt comes.
	Delay time.Duration `koanf:"delay"`
	// Queue is how many receipts may be on their way. A message beyond is asked to come later.
	Queue int `koanf:"queue"`
}

// DefaultConfig returns the defaults.
func DefaultConfig() Config { return Config{Delay: 300 * time.Millisecond, Queue: 10_000} }

// Validate names every setting that cannot be used.
func (c Config) Validate() error {
	var errs []error
	if c.Delay < 0 || c.Delay > time.Minute {
		errs = append(errs, errors.New("delay: must be between 0s and 1m"))
	}
	if c.Queue < 1 || c.Queue > 1_000_000 {
		errs = append(errs, errors.New("queue: must be between 1 and 1000000"))
	}
	return errors.Join(errs...)
}
