package notifications

import (
	"errors"
	"fmt"
	"net/url"

	"github.com/ventanilla/ventanilla/pkg/keyring"
	"github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/notifications/internal/bounce"
	"github.com/ventanilla/ventanilla/services/notifications/internal/callback"
	"github.com/ventanilla/ventanilla/services/notifications/internal/carrier/kannel"
	"github.com/ventanilla/ventanilla/services/notifications/internal/delivery"
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
	// Receipts is where Kannel brings its delivery reports.
	Receipts kannel.Receipts `koanf:"receipts"`
	// PublicURL is where everybody reaches the platform, an https address: pictures are shown from there.
	PublicURL string `koanf:"public_url"`
	// QuietHours are when advertisements wait, in the time zones of their recipients.
	QuietHours QuietHours `koanf:"quiet_hours"`
	// Carriers are who takes messages to recipients, by the names that operators and providers know them by. A channel that none carries is refused.
	Carriers map[string]CarrierConfig `koanf:"carriers"`
	// Bounces is where mails that could not be delivered come back to.
	Bounces bounce.Config `koanf:"bounces"`
	// Callbacks is where providers may be told of changes.
	Callbacks callback.Config `koanf:"callbacks"`
}

// QuietHours are times of a day, "21:00". There are none when both are the same.
type QuietHours struct {
	From  string `koanf:"from"`
	Until string `koanf:"until"`
}

// DefaultConfig returns the defaults. The store's URL and the KEK have none.
func DefaultConfig() Config {
	return Config{
		Store: store.DefaultConfig(), DefaultRegion: "CL", DefaultTimeZone: "America/Santiago",
		QuietHours: QuietHours{From: "21:00", Until: "09:00"},
	}
}

// Validate names every setting that cannot be used.
func (c Config) Validate() error {
	var errs []error
	for _, section := range []struct {
		name    string
		mistake error
	}{
		{"store", c.Store.Validate()},
		{"payments", c.Payments.Validate()},
		{"receipts", c.Receipts.Validate()},
		{"bounces", c.Bounces.Validate()},
		{"callbacks", c.Callbacks.Validate()},
	} {
		if section.mistake != nil {
			errs = append(errs, fmt.Errorf("%s.%w", section.name, section.mistake))
		}
	}
	if err := c.KEK.Validate(); err != nil {
		errs = append(errs, fmt.Errorf("kek: %w", err))
	}
	if !recipient.KnownRegion(c.DefaultRegion) {
		errs = append(errs, errors.New("default_region: must be the code of a country, as CL"))
	}
	if _, err := recipient.Zone(c.DefaultTimeZone); err != nil {
		errs = append(errs, errors.New("default_time_zone: must be the name of a time zone, as America/Santiago"))
	}
	if public, err := url.Parse(c.PublicURL); err != nil || c.PublicURL != "" && (public.Scheme != "https" || public.Host == "") {
		errs = append(errs, errors.New("public_url: must be an https address"))
	}
	if _, err := delivery.ParseQuiet(c.QuietHours.From, c.QuietHours.Until); err != nil {
		errs = append(errs, fmt.Errorf("quiet_hours.%w", err))
	}
	return errors.Join(append(errs, c.validateCarriers())...)
}
