package rpcserver

import (
	"errors"
	"fmt"
	"net"
	"time"
)

// Config is one role's gRPC listener.
type Config struct {
	// Listen is its host:port; port 0 takes a free one.
	Listen string `koanf:"listen"`
	// Advertise is the host:port under which other roles reach it; empty for where it listens.
	// Port 0 stands for the port that it listens on. An address of either kind may be in brackets.
	Advertise string `koanf:"advertise"`
	// Reflection lets every peer list the services (grpc.reflection.v1).
	Reflection bool `koanf:"reflection"`
	// MaxMessageBytes bounds a request. An answer may be four times as long: such is a list that is signed as a whole.
	MaxMessageBytes int `koanf:"max_message_bytes"`
	// MaxStreams bounds the calls that run at once on one connection.
	MaxStreams uint32 `koanf:"max_streams"`
	// DefaultTimeout bounds a unary call that came without a deadline.
	DefaultTimeout time.Duration `koanf:"default_timeout"`
	// DrainTime is how long calls may go on when the server is to end.
	DrainTime time.Duration `koanf:"drain_time"`
}

const answerFactor = 4

// DefaultConfig listens on a free port of the loopback. Requests may be 1 MiB, the edge's bound for bodies, and a margin.
func DefaultConfig() Config {
	return Config{
		Listen:          "127.0.0.1:0",
		MaxMessageBytes: 1<<20 + 64<<10,
		MaxStreams:      1000,
		DefaultTimeout:  10 * time.Second,
		DrainTime:       10 * time.Second,
	}
}

// Validate names the first key that is wrong, relative to the section.
func (c Config) Validate() error {
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return fmt.Errorf("listen must be host:port: %w", err)
	}
	if c.Advertise != "" {
		if _, _, err := net.SplitHostPort(c.Advertise); err != nil {
			return fmt.Errorf("advertise must be host:port: %w", err)
		}
	} else if ip := net.ParseIP(host); host == "" || ip.IsUnspecified() {
		return errors.New("advertise is needed when listen names no single address")
	}
	switch {
	case c.MaxMessageBytes <= 0:
		return errors.New("max_message_bytes must be positive")
	case c.MaxStreams == 0:
		return errors.New("max_streams must be positive")
	case c.DefaultTimeout <= 0:
		return errors.New("default_timeout must be positive")
	case c.DrainTime <= 0:
		return errors.New("drain_time must be positive")
	}
	return nil
}
