package ratelimit

import (
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/ventanilla/ventanilla/pkg/config"
)

// Config is the section "limits" of the configuration.
type Config struct {
	// Redis has the buckets that all processes draw from.
	Redis Redis `koanf:"redis"`
}

// Redis names a Redis server.
type Redis struct {
	// URL is redis://user:password@host:6379/0, or rediss:// for TLS; empty for none: then each process
	// counts for itself. It is the same for all processes: caller's addresses are hashed with its password.
	URL config.Secret `koanf:"url"`
	// Timeout bounds the wait for each answer, after which the call is counted in the process.
	Timeout time.Duration `koanf:"timeout"`
}

// DefaultConfig has no Redis.
func DefaultConfig() Config {
	return Config{Redis: Redis{Timeout: 50 * time.Millisecond}}
}

// Validate names the key that cannot be used. It never repeats the URL.
func (c Config) Validate() error {
	if _, err := c.Redis.options(); err != nil {
		return fmt.Errorf("redis.%w", err)
	}
	if c.Redis.Timeout < time.Millisecond || c.Redis.Timeout > time.Second {
		return errors.New("redis.timeout: must be between 1ms and 1s")
	}
	return nil
}

// options are nil when there is no Redis.
func (r Redis) options() (*redis.Options, error) {
	if r.URL == "" {
		return nil, nil
	}
	options, err := redis.ParseURL(r.URL.Reveal())
	if err != nil {
		return nil, errors.New("url: write redis://user:password@host:6379/0, or rediss:// for TLS") // err may repeat it
	}
	return options, nil
}
