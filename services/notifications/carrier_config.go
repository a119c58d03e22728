package notifications

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"time"

	"github.com/ventanilla/ventanilla/pkg/config"
	"github.com/ventanilla/ventanilla/pkg/egress"
	"github.com/ventanilla/ventanilla/services/notifications/internal/carrier/fcm"
	"github.com/ventanilla/ventanilla/services/notifications/internal/carrier/kannel"
	"github.com/ventanilla/ventanilla/services/notifications/internal/carrier/sandbox"
	"github.com/ventanilla/ventanilla/services/notifications/internal/carrier/smtp"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

// CarrierConfig is the section of a carrier, under its name: notifications.carriers.NAME. The sub-section of its kind is its own.
type CarrierConfig struct {
	// Kind is kannel, fcm, smtp, webhook or sandbox.
	Kind string `koanf:"kind"`
	// Channels are those that it carries: sat, sms, fcm, email, webhook. All that its kind can when empty.
	Channels []string `koanf:"channels"`
	// DataSets are those whose recipients it reaches: production, staging.
	DataSets []string `koanf:"data_sets"`
	// Weight is its share beside others of the same channel, 1 to 100.
	Weight int `koanf:"weight"`
	// Concurrency is how many messages it is given at a time by this replica, 2 to 1000.
	Concurrency int `koanf:"concurrency"`
	// PerSecond bounds how many it is given a second by this replica; 0 for no bound.
	PerSecond float64 `koanf:"per_second"`
	// Timeout bounds one attempt.
	Timeout time.Duration `koanf:"timeout"`

	Kannel  kannel.Config  `koanf:"kannel"`
	FCM     fcm.Config     `koanf:"fcm"`
	SMTP    smtp.Config    `koanf:"smtp"`
	Webhook egress.Config  `koanf:"webhook"`
	Sandbox sandbox.Config `koanf:"sandbox"`
}

// SetDefaults is for package config: a carrier that the settings name is new.
func (c *CarrierConfig) SetDefaults() {
	*c = CarrierConfig{
		DataSets: []string{string(message.Production)}, Weight: 100, Concurrency: 16, Timeout: 10 * time.Second,
		Kannel: kannel.DefaultConfig(), FCM: fcm.DefaultConfig(), SMTP: smtp.DefaultConfig(), Webhook: egress.DefaultConfig(),
		Sandbox: sandbox.DefaultConfig(),
	}
}

// SandboxCarrier is one that carries everything for both data sets, and reaches nobody.
func SandboxCarrier() CarrierConfig {
	var c CarrierConfig
	c.SetDefaults()
	c.Kind, c.DataSets = kindSandbox, []string{string(message.Production), string(message.Staging)}
	return c
}

// The kinds of carriers.
const (
	kindKannel  = "kannel"
	kindFCM     = "fcm"
	kindSMTP    = "smtp"
	kindWebhook = "webhook"
	kindSandbox = "sandbox"
)

// carried are the channels that each kind can carry.
var carried = map[string][]message.Channel{
	kindKannel:  {message.SMS, message.SAT},
	kindFCM:     {message.FCM},
	kindSMTP:    {message.Email},
	kindWebhook: {message.Webhook},
	kindSandbox: message.Channels(),
}

// Validate names every setting that cannot be used, relative to the carrier's section.
func (c CarrierConfig) Validate() error {
	able, ok := carried[c.Kind]
	if !ok {
		return errors.New("kind: must be kannel, fcm, smtp, webhook or sandbox")
	}
	errs := append(c.unreachable(able), c.unbounded()...)
	if err := c.section().Validate(); err != nil {
		errs = append(errs, fmt.Errorf("%s.%w", c.Kind, err))
	}
	return errors.Join(errs...)
}

// unreachable is what is wrong with whom it reaches; able are the channels of its kind.
func (c CarrierConfig) unreachable(able []message.Channel) (errs []error) {
	for _, name := range c.Channels {
		if !slices.Contains(able, message.Channel(name)) {
			errs = append(errs, fmt.Errorf("channels: %q is none that a carrier of the kind %s can carry: %v", name, c.Kind, able))
		}
	}
	if len(c.DataSets) == 0 {
		errs = append(errs, errors.New("data_sets: production, staging or both"))
	}
	for _, name := range c.DataSets {
		if name != string(message.Production) && name != string(message.Staging) {
			errs = append(errs, fmt.Errorf("data_sets: %q is neither production nor staging", name))
		}
	}
	return errs
}

// unbounded is what is wrong with how much it is given.
func (c CarrierConfig) unbounded() (errs []error) {
	if c.Weight < 1 || c.Weight > 100 {
		errs = append(errs, errors.New("weight: must be between 1 and 100"))
	}
	if c.Concurrency < 2 || c.Concurrency > 1000 {
		errs = append(errs, errors.New("concurrency: must be between 2 and 1000, of which advertisements leave some to notifications"))
	}
	if !(c.PerSecond == 0 || c.PerSecond >= 0.01 && c.PerSecond <= 100_000) {
		errs = append(errs, errors.New("per_second: must be 0, for no bound, or between 0.01 and 100000"))
	}
	if c.Timeout < 100*time.Millisecond || c.Timeout > time.Minute {
		errs = append(errs, errors.New("timeout: must be between 100ms and 1m"))
	}
	return errs
}

// carrierName is what attempts can be told with.
var carrierName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,31}$`)

func (c Config) validateCarriers() error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(c.Carriers)) {
		if !carrierName.MatchString(name) {
			errs = append(errs, fmt.Errorf("carriers.%s: a name has lower-case letters, digits and hyphens, a letter first, 32 at most", name))
			continue
		}
		errs = append(errs, config.InSection("carriers."+name, c.Carriers[name].Validate()))
	}
	return errors.Join(errs...)
}

// section is that of the kind.
func (c CarrierConfig) section() interface{ Validate() error } {
	switch c.Kind {
	case kindKannel:
		return c.Kannel
	case kindFCM:
		return c.FCM
	case kindSMTP:
		return c.SMTP
	case kindWebhook:
		return c.Webhook
	}
	return c.Sandbox
}
