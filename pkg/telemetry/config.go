package telemetry

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
)

// Config says what the process tells about itself, and to whom.
type Config struct {
	OTLP OTLP `koanf:"otlp"`
	// SampleRatio is the share of traces that start here and are recorded, 0 to 1. It counts only with an
	// OTLP endpoint; a trace that the caller records is always recorded.
	SampleRatio float64 `koanf:"sample_ratio"`
	// LogLevel is the least level that is logged: debug, info, warn or error.
	LogLevel string `koanf:"log_level"`
	// LogFormat is json or text.
	LogFormat string `koanf:"log_format"`
	// Metrics turns on the measuring that /metrics shows.
	Metrics bool `koanf:"metrics"`
}

// OTLP is the collector that traces and metrics are sent to over gRPC.
type OTLP struct {
	// Endpoint is its host:port; empty for none, and then no trace is recorded and metrics are served only.
	Endpoint string `koanf:"endpoint"`
	// Insecure speaks to it without TLS.
	Insecure bool `koanf:"insecure"`
	// CA is a file with the PEM certificates that vouch for it; empty for the system's.
	CA string `koanf:"ca"`
}

// DefaultConfig logs JSON from level info, measures, and records traces as soon as there is an endpoint.
func DefaultConfig() Config {
	return Config{SampleRatio: 1, LogLevel: "info", LogFormat: "json", Metrics: true}
}

// Validate names the first key that is wrong, relative to the section.
func (c Config) Validate() error {
	if c.SampleRatio < 0 || c.SampleRatio > 1 {
		return fmt.Errorf("sample_ratio is %v: must be from 0 to 1", c.SampleRatio)
	}
	if _, err := c.level(); err != nil {
		return err
	}
	if c.LogFormat != "json" && c.LogFormat != "text" {
		return fmt.Errorf("log_format is %q: must be json or text", c.LogFormat)
	}
	if c.OTLP.Endpoint == "" {
		return nil
	}
	if _, _, err := net.SplitHostPort(c.OTLP.Endpoint); err != nil {
		return fmt.Errorf("otlp.endpoint must be host:port: %w", err)
	}
	if c.OTLP.Insecure && c.OTLP.CA != "" {
		return errors.New("otlp.ca cannot be used with otlp.insecure")
	}
	return nil
}

func (c Config) level() (slog.Level, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		return 0, fmt.Errorf("log_level is %q: must be debug, info, warn or error", c.LogLevel)
	}
	return level, nil
}
