package notifications

import (
	"errors"
	"fmt"

	"github.com/ventanilla/ventanilla/pkg/keyring"
	"github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/notifications/internal/recipient"
	"github.com/ventanilla/ventanilla/services/notifications/internal/settlement"
)

// Config is the `notifications` section of the configuration.
type Config struct {
	// Store is the service's database.
	Store store.Config `koanf:"store"`
	// KEK is the key under which secrets of callbacks, webhooks and codes are stored.
	KEK keyring.Config `koanf:"kek"`
	// DefaultRegion is the country of telephone numbers that name none, as "CL".
	DefaultRegion string `koanf:"default_region"`
	// DefaultTimeZone is where recipients are who wish for no other.
	DefaultTimeZone string `koanf:"default_time_zone"`
	// Payments says whose word on payments is believed.
	Payments settlement.Config `koanf:"payments"`
}

// DefaultConfig returns the defaults. The store's URL and the KEK have none.
func DefaultConfig() Config {
	return Config{Store: store.DefaultConfig(), DefaultRegion: "CL", DefaultTimeZone: "America/Santiago"}
}

// Validate names every setting that cannot be used.
func (c Config) Validate() error {
	if err := c.Store.Validate(); err != nil {
		return fmt.Errorf("store.%w", err)
	}
	if err := c.KEK.Validate(); err != nil {
		return fmt.Errorf("kek.%w", err)
	}
	if err := c.Payments.Validate(); err != nil {
		return fmt.Errorf("payments.%w", err)
	}
	if !recipient.KnownRegion(c.DefaultRegion) {
		return errors.New("default_region: must be the code of a country, as CL")
	}
	if _, err := recipient.Zone(c.DefaultTimeZone); err != nil {
		return errors.New("default_time_zone: must be the name of a time zone, as America/Santiago")
	}
	return nil
}
