package benefits

import (
	"fmt"

	"github.com/ventanilla/ventanilla/pkg/store"
)

// Config is the `benefits` section of the configuration.
type Config struct {
	// Store is the service's database.
	Store store.Config `koanf:"store"`
}

// DefaultConfig returns the defaults. The store's URL has none.
func DefaultConfig() Config { return Config{Store: store.DefaultConfig()} }

// Validate names every setting that cannot be used.
func (c Config) Validate() error {
	if err := c.Store.Validate(); err != nil {
		return fmt.Errorf("store.%w", err)
	}
	return nil
}
