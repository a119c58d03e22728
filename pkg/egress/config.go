package egress

// Config says who may be called beside the public Internet.
type Config struct {
	// AllowNetworks are networks (CIDR) that may be called although they are not the Internet's: the organisation's own, or the loopback
	// in a demonstration. Only they may be called by plain http, and at any port.
	AllowNetworks []string `koanf:"allow_networks"`
	// CAFile holds certificates (PEM) of authorities that are trusted beside the system's; empty for none.
	CAFile string `koanf:"ca_file"`
}

// DefaultConfig allows the public Internet only.
func DefaultConfig() Config { return Config{} }

// Validate names the first key that cannot be used, relative to the section.
func (c Config) Validate() error {
	_, err := NewGuard(c.AllowNetworks)
	return err
}
