package session

import (
	"errors"
	"fmt"
	"time"

	"github.com/ventanilla/ventanilla/pkg/config"
	"github.com/ventanilla/ventanilla/pkg/egress"
	"github.com/ventanilla/ventanilla/pkg/keyring"
	"github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/session/internal/password"
)

// Config is the `session` section of the configuration.
type Config struct {
	// Store is the service's database.
	Store store.Config `koanf:"store"`
	// KEK is the key under which secrets of integrations, and what they tell of persons, are stored.
	KEK keyring.Config `koanf:"kek"`
	// Passwords says how passwords of developers and users are hashed.
	Passwords password.Config `koanf:"passwords"`
	// Sessions says how long sessions of users last.
	Sessions Sessions `koanf:"sessions"`
	// Integrations says which endpoints of partners may be called.
	Integrations egress.Config `koanf:"integrations"`
}

// Sessions are how long sessions last.
type Sessions struct {
	// Idle is how long one lasts unused, at least two minutes: that it was used is written down once a minute.
	Idle time.Duration `koanf:"idle"`
	// Life is how long one lasts at most, Idle or more, at most 30 days.
	Life time.Duration `koanf:"life"`
}

// DefaultConfig returns the defaults. The store's URL and the KEK have none.
func DefaultConfig() Config {
	return Config{
		Store: store.DefaultConfig(), Passwords: password.DefaultConfig(), Sessions: Sessions{Idle: time.Hour, Life: 12 * time.Hour},
	}
}

// Validate names every setting that cannot be used.
func (c Config) Validate() error {
	errs := []error{config.InSection("store", c.Store.Validate()), config.InSection("passwords", c.Passwords.Validate())}
	if err := c.KEK.Validate(); err != nil {
		errs = append(errs, fmt.Errorf("kek: %w", err))
	}
	if c.Sessions.Idle < 2*usedEvery {
		errs = append(errs, errors.New("sessions.idle: must be at least 2m"))
	}
	if c.Sessions.Life < c.Sessions.Idle || c.Sessions.Life > 30*24*time.Hour {
		errs = append(errs, errors.New("sessions.life: must be between sessions.idle and 720h"))
	}
	errs = append(errs, config.InSection("integrations", c.Integrations.Validate()))
	return errors.Join(errs...)
}
