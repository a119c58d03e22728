package identity

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/ventanilla/ventanilla/pkg/keyring"
	"github.com/ventanilla/ventanilla/pkg/store"
)

// maxValidator bounds a validator's address, so that the text of a card's QR code fits into 251 bytes.
const maxValidator = 28

// Config is the `identity` section of the configuration.
type Config struct {
	// Cards says how identity cards are made.
	Cards Cards `koanf:"cards"`
	// Retention says how long data of each kind is kept.
	Retention Retention `koanf:"retention"`
	// KEK is the key-encryption key under which private keys are stored.
	KEK keyring.Config `koanf:"kek"`
	// Store is the service's database.
	Store store.Config `koanf:"store"`
}

// Cards is the `identity.cards` section.
type Cards struct {
	// Validator is the https address of the validator page that production's QR codes begin with, at most 28 bytes.
	Validator string `koanf:"validator"`
	// StagingValidator is that of staging's.
	StagingValidator string `koanf:"staging_validator"`
	// RevocationListLife is for how long an offline verifier may rely on a revocation list.
	RevocationListLife time.Duration `koanf:"revocation_list_life"`
	// PublishBefore is the least time for which a key is published before it signs.
	PublishBefore time.Duration `koanf:"publish_before"`
}

// Retention is the `identity.retention` section; 0 keeps for ever.
type Retention struct {
	// Memberships is how long a membership is kept after it ended.
	Memberships time.Duration `koanf:"memberships"`
	// Facts is how long a social fact is kept after it ceased to hold.
	Facts time.Duration `koanf:"facts"`
	// Imports is how long the progress of an import is kept.
	Imports time.Duration `koanf:"imports"`
}

const year = 365 * 24 * time.Hour

// DefaultConfig returns the defaults. The validators, the key-encryption key and the store's URL have none.
func DefaultConfig() Config {
	return Config{
		Cards:     Cards{RevocationListLife: 24 * time.Hour, PublishBefore: 24 * time.Hour},
		Retention: Retention{Memberships: 10 * year, Facts: 5 * year, Imports: year},
		Store:     store.DefaultConfig(),
	}
}

// Validate names every setting that cannot be used.
func (c Config) Validate() error {
	var errs []error
	for name, address := range map[string]string{"validator": c.Cards.Validator, "staging_validator": c.Cards.StagingValidator} {
		if err := checkValidator(address); err != nil {
			errs = append(errs, fmt.Errorf("cards.%s: %w", name, err))
		}
	}
	if c.Cards.Validator != "" && c.Cards.Validator == c.Cards.StagingValidator {
		errs = append(errs, errors.New("cards.staging_validator: must not be production's"))
	}
	if life := c.Cards.RevocationListLife; life < time.Minute || life > 31*24*time.Hour {
		errs = append(errs, errors.New("cards.revocation_list_life: must be between 1m and 744h"))
	}
	if c.Cards.PublishBefore < 0 {
		errs = append(errs, errors.New("cards.publish_before: must not be less than 0s"))
	}
	for name, kept := range map[string]time.Duration{
		"memberships": c.Retention.Memberships, "facts": c.Retention.Facts, "imports": c.Retention.Imports,
	} {
		if kept != 0 && kept < 24*time.Hour {
			errs = append(errs, fmt.Errorf("retention.%s: must be 0, for ever, or at least 24h", name))
		}
	}
	if err := c.KEK.Validate(); err != nil {
		errs = append(errs, fmt.Errorf("kek: %w", err))
	}
	if err := c.Store.Validate(); err != nil {
		errs = append(errs, fmt.Errorf("store.%w", err))
	}
	return errors.Join(errs...)
}

func checkValidator(address string) error {
	u, err := url.Parse(address)
	switch {
	case address == "":
		return errors.New("required")
	case err != nil, u.Scheme != "https", u.Host == "", u.User != nil, strings.ContainsAny(address, "?#"): // an empty part is one, too
		return errors.New("must be an https address without query, fragment and credentials")
	case len(address) > maxValidator:
		return fmt.Errorf("%q is longer than %d bytes", address, maxValidator)
	}
	return nil
}
