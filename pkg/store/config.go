package store

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ventanilla/ventanilla/pkg/config"
)

// Config is the `store` section of a service's configuration.
type Config struct {
	// URL is sqlite:<path of the file> or postgres://user@host/database?options. It may hold
	// a password.
	URL config.Secret `koanf:"url"`
	// MaxOpen bounds the connections in use at a time. Callers beyond it wait until their context ends.
	// On SQLite it bounds the readers; the writer is always one.
	MaxOpen int `koanf:"max_open"`
	// ConnectTimeout bounds one attempt to connect to a PostgreSQL server.
	ConnectTimeout time.Duration `koanf:"connect_timeout"`
	// StatementTimeout bounds one statement on PostgreSQL.
	StatementTimeout time.Duration `koanf:"statement_timeout"`
	// LockTimeout bounds the wait for a lock that another connection holds.
	LockTimeout time.Duration `koanf:"lock_timeout"`
}

// DefaultConfig suits a service of one replica. The URL has no default.
func DefaultConfig() Config {
	return Config{
		MaxOpen:          16,
		ConnectTimeout:   2 * time.Second,
		StatementTimeout: 5 * time.Second,
		LockTimeout:      3 * time.Second,
	}
}

// Validate names the first key whose value cannot be used. It never repeats the URL.
func (c Config) Validate() error {
	if _, err := c.engine(); err != nil {
		return err
	}
	if c.MaxOpen < 1 {
		return fmt.Errorf("max_open: %d is less than 1", c.MaxOpen)
	}
	for key, d := range map[string]time.Duration{
		"connect_timeout":   c.ConnectTimeout,
		"statement_timeout": c.StatementTimeout,
		"lock_timeout":      c.LockTimeout,
	} {
		if d < time.Millisecond {
			return fmt.Errorf("%s: %s is less than 1ms", key, d)
		}
	}
	return nil
}

func (c Config) engine() (Engine, error) {
	scheme, rest, _ := strings.Cut(c.URL.Reveal(), ":")
	switch {
	case scheme == "sqlite" && rest != "":
		return SQLite, nil
	case scheme == "postgres", scheme == "postgresql":
		return PostgreSQL, nil
	}
	return "", errors.New("url: write sqlite:<path of a file> or postgres://user@host/database")
}
