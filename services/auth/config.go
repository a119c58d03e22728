package auth

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/ventanilla/ventanilla/pkg/keyring"
	"github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/auth/internal/directory"
)

// familyName is the contract's rule for the names of families.
var familyName = regexp.MustCompile(`^[a-z][a-z0-9]{1,15}$`)

// scopeToken is the contract's rule for scopes.
var scopeToken = regexp.MustCompile(`^[\x21\x23-\x29\x2B-\x5B\x5D-\x7E]{1,128}$`)

// Config is the `auth` section of the configuration.
type Config struct {
	// Issuer is the iss of introspection answers and internal tokens: an absolute URL
	// or another name that is the same for all replicas.
	Issuer string `koanf:"issuer"`
	// Families are the partner families that clients may be registered for. The platform's own family, native, is there
	// for internal clients without being named.
	Families []string `koanf:"families"`
	// FamilyScopes are those that every credential and token of a family's clients has, without being registered for
	// them or asked for, by the family's name.
	FamilyScopes map[string][]string `koanf:"family_scopes"`
	// IntrospectionMaxAge bounds how long a resource server may keep an introspection
	// answer, and so how long it may go without noticing a revocation.
	IntrospectionMaxAge time.Duration `koanf:"introspection_max_age"`
	// ViewPoll is how often a replica asks the store for changes.
	ViewPoll time.Duration `koanf:"view_poll"`
	// Keys says how signing keys are replaced.
	Keys Keys `koanf:"keys"`
	// ClaveUnica says where citizens' tokens are asked about.
	ClaveUnica ClaveUnica `koanf:"clave_unica"`
	// KEK is the key-encryption key under which private keys are stored.
	KEK keyring.Config `koanf:"kek"`
	// Store is the service's database.
	Store store.Config `koanf:"store"`
}

// Keys is the `auth.keys` section.
type Keys struct {
	// RotateEvery is how long a signing key signs before the next one does; 0 is until an operator rotates it.
	RotateEvery time.Duration `koanf:"rotate_every"`
	// PublishBefore is the least time for which a key is published before it signs. It is more than the five minutes for
	// which verifiers may keep a key set.
	PublishBefore time.Duration `koanf:"publish_before"`
}

// ClaveUnica is the `auth.clave_unica` section. Calls about citizens are refused as unavailable where an address is empty.
type ClaveUnica struct {
	// UserinfoURL is the address of userinfo for clients of production: https, or http on a loopback host.
	UserinfoURL string `koanf:"userinfo_url"`
	// StagingUserinfoURL is the one for clients of staging.
	StagingUserinfoURL string `koanf:"staging_userinfo_url"`
	// Timeout bounds a call.
	Timeout time.Duration `koanf:"timeout"`
	// Pause is how long ClaveÚnica is left alone after it has not answered several calls in a row.
	Pause time.Duration `koanf:"pause"`
}

// keySetsKept is for how long verifiers may keep a key set: the gateway says so to those outside, and pkg/authn does it.
const keySetsKept = 5 * time.Minute

// maxClaveUnica leaves callers, who wait for five seconds, the time to hear of it.
const maxClaveUnica = 4 * time.Second

// DefaultConfig returns the defaults. The families, the key-encryption key and the store's URL have none.
func DefaultConfig() Config {
	return Config{
		Issuer:              "ventanilla",
		IntrospectionMaxAge: 10 * time.Second,
		ViewPoll:            200 * time.Millisecond,
		Keys:                Keys{RotateEvery: 90 * 24 * time.Hour, PublishBefore: 10 * time.Minute},
		ClaveUnica:          ClaveUnica{Timeout: 3 * time.Second, Pause: 5 * time.Second},
		Store:               store.DefaultConfig(),
	}
}

// Validate names every setting that cannot be used.
func (c Config) Validate() error {
	var errs []error
	if c.Issuer == "" {
		errs = append(errs, errors.New("issuer: required"))
	}
	if len(c.Families) == 0 {
		errs = append(errs, errors.New("families: at least one is required"))
	}
	for _, family := range c.Families {
		if !familyName.MatchString(family) {
			errs = append(errs, fmt.Errorf("families: %q must be 2 to 16 lower-case letters and digits, a letter first", family))
		}
	}
	errs = append(errs, c.checkFamilyScopes()...)
	if c.IntrospectionMaxAge < 0 || c.IntrospectionMaxAge > time.Hour {
		errs = append(errs, errors.New("introspection_max_age: must be between 0s and 1h"))
	}
	if least, most := 10*time.Millisecond, directory.MaxAge/2; c.ViewPoll < least || c.ViewPoll > most {
		errs = append(errs, fmt.Errorf("view_poll: must be between %s and %s", least, most))
	}
	if before := c.Keys.PublishBefore; before <= keySetsKept || before > 24*time.Hour {
		errs = append(errs, fmt.Errorf("keys.publish_before: must be more than %s and at most 24h", keySetsKept))
	}
	if every := c.Keys.RotateEvery; every != 0 && every < c.Keys.PublishBefore {
		errs = append(errs, errors.New("keys.rotate_every: must be 0, for never, or no less than keys.publish_before"))
	}
	errs = append(errs, c.ClaveUnica.validate()...)
	if err := c.KEK.Validate(); err != nil {
		errs = append(errs, fmt.Errorf("kek: %w", err))
	}
	if err := c.Store.Validate(); err != nil {
		errs = append(errs, fmt.Errorf("store.%w", err))
	}
	return errors.Join(errs...)
}

func (c Config) checkFamilyScopes() (errs []error) {
	for _, family := range slices.Sorted(maps.Keys(c.FamilyScopes)) {
		for _, scope := range c.FamilyScopes[family] {
			if !scopeToken.MatchString(scope) {
				errs = append(errs, fmt.Errorf("family_scopes.%s: %q is no scope (RFC 6749, 3.3)", family, scope))
			}
		}
	}
	return errs
}

func (c ClaveUnica) validate() (errs []error) {
	for name, text := range map[string]string{"userinfo_url": c.UserinfoURL, "staging_userinfo_url": c.StagingUserinfoURL} {
		if text != "" && !safeURL(text) {
			errs = append(errs, fmt.Errorf("clave_unica.%s: must be an https URL without user and fragment, or http on a loopback host", name))
		}
	}
	if c.Timeout < 10*time.Millisecond || c.Timeout > maxClaveUnica {
		errs = append(errs, fmt.Errorf("clave_unica.timeout: must be between 10ms and %s, which callers wait", maxClaveUnica))
	}
	if c.Pause < 10*time.Millisecond || c.Pause > 5*time.Minute {
		errs = append(errs, errors.New("clave_unica.pause: must be between 10ms and 5m"))
	}
	return errs
}

// safeURL tells whether tokens may be sent to an address.
func safeURL(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.User != nil || u.Fragment != "" {
		return false
	}
	_, loopback, err := originHost(strings.ToLower(u.Hostname()))
	return err == nil && (u.Scheme == "https" || u.Scheme == "http" && loopback)
}
