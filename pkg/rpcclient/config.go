package rpcclient

import (
	"errors"
	"time"
)

// Config is how a role calls others.
type Config struct {
	// Timeout bounds a unary call whose context has no deadline.
	Timeout time.Duration `koanf:"timeout"`
	// MaxMessageBytes bounds a request. An answer may be four times as long, as servers have it.
	MaxMessageBytes int `koanf:"max_message_bytes"`
}

const answerFactor = 4

// DefaultConfig has the servers' bound for messages.
func DefaultConfig() Config {
	return Config{Timeout: 5 * time.Second, MaxMessageBytes: 1<<20 + 64<<10}
}

// Validate names the first key that is wrong, relative to the section.
func (c Config) Validate() error {
	switch {
	case c.Timeout <= 0:
		return errors.New("timeout must be positive")
	case c.MaxMessageBytes <= 0:
		return errors.New("max_message_bytes must be positive")
	}
	return nil
}
