package notifications

import (
	"fmt"

	"github.com/ventanilla/ventanilla/pkg/keyring"
	"github.com/ventanilla/ventanilla/pkg/store"
)

// Config is the `notifications` section of the configuration.
type Config struct {
	// Store is the service's database.
	Store store.Config `koanf:"store"`
	// KEK is the key under which secrets of callbacks, webhooks and codes are stored.
	KEK keyring.Config `koanf:"kek"`
}

// DefaultConfig returns the defaults. The store's URL and the KEK have none.
func DefaultConfig() Config { return Config{Store: store.DefaultConfig()} }

// Validate names every setting that cannot be used.
func (c Config) Validate() error {
	if err := c.Store.Validate(); err != nil {
		return fmt.Errorf("store.%w", err)
	}
	if err := c.KEK.Validate(); err != nil {
		return fmt.Errorf("kek.%w", err)
	}
	return nil
}
