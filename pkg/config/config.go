// Package config reads a program's settings from a YAML file, the environment
// and the command line, each stronger than the one before, into a struct that
// holds the defaults. A setting that the struct does not have is an error, in
// every source, so that a misspelt name cannot go unnoticed.
package config

import (
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"strings"

	"github.com/go-viper/mapstructure/v2"
	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/confmap"
	"github.com/knadh/koanf/providers/env/v2"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/v2"
)

// EnvPrefix begins the name of every environment variable that is a setting.
// Levels are parted by two underscores: VENTANILLA_EDGE__LISTEN is edge.listen.
const EnvPrefix = "VENTANILLA_"

// Sources says where settings come from, weakest first.
type Sources struct {
	// File is the path of a YAML file; empty for none.
	File string
	// Environ is the environment as os.Environ gives it.
	Environ []string
	// Ignore tells of environment variables that have the prefix and are no settings; it may be nil.
	Ignore func(name string) bool
	// Flags holds what the command line set, by dotted key.
	Flags map[string]any
}

// Load lays the sources over cfg, which holds the defaults. The error names the source and
// the setting; after one, cfg is not to be used.
func Load[T any](cfg *T, sources Sources) error {
	merged := koanf.New(".")
	for _, s := range sources.providers() {
		one := koanf.New(".")
		if err := one.Load(s.provider, s.parser); err != nil {
			if errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("%s: no such file", s.name)
			}
			return fmt.Errorf("%s: %w", s.name, err)
		}
		var scratch T
		if err := decode(one, &scratch); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		if err := merged.Merge(one); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return decode(merged, cfg)
}

type source struct {
	name     string
	provider koanf.Provider
	parser   koanf.Parser
}

func (s Sources) providers() []source {
	var out []source
	if s.File != "" {
		out = append(out, source{s.File, file.Provider(s.File), yaml.Parser()})
	}
	out = append(out, source{"environment", env.Provider(".", env.Opt{
		Prefix:        EnvPrefix,
		EnvironFunc:   func() []string { return s.Environ },
		TransformFunc: s.envKey,
	}), nil})
	return append(out, source{"command line", confmap.Provider(s.Flags, "."), nil})
}

// envKey maps a variable to its setting; the empty key drops it.
func (s Sources) envKey(name, value string) (string, any) {
	if s.Ignore != nil && s.Ignore(name) {
		return "", nil
	}
	key := strings.ToLower(strings.TrimPrefix(name, EnvPrefix))
	return strings.ReplaceAll(key, "__", "."), value
}

func decode(k *koanf.Koanf, into any) error {
	err := k.UnmarshalWithConf("", into, koanf.UnmarshalConf{DecoderConfig: &mapstructure.DecoderConfig{
		Result:           into,
		TagName:          "koanf",
		ErrorUnused:      true,
		WeaklyTypedInput: true,
		DecodeHook: mapstructure.ComposeDecodeHookFunc(
			mapstructure.StringToTimeDurationHookFunc(),
			mapstructure.StringToSliceHookFunc(","),
			mapstructure.TextUnmarshallerHookFunc(),
			refuseNumberAsDuration,
			defaultsOfNew,
		),
	}})
	if err != nil {
		return fmt.Errorf("reading settings: %w", err)
	}
	return nil
}

// Defaulter is a struct that is the value of a map: a new one has its defaults before the settings are laid over it.
type Defaulter interface{ SetDefaults() }

func defaultsOfNew(from, to reflect.Value) (any, error) {
	if to.CanAddr() && to.IsZero() {
		if fresh, ok := reflect.TypeAssert[Defaulter](to.Addr()); ok {
			fresh.SetDefaults()
		}
	}
	return from.Interface(), nil
}

// refuseNumberAsDuration keeps "5" from meaning five nanoseconds.
func refuseNumberAsDuration(from, to reflect.Type, value any) (any, error) {
	if to.PkgPath() == "time" && to.Name() == "Duration" && from != to && from.Kind() != reflect.String {
		return nil, fmt.Errorf("%v is no duration: write a unit, such as 5s", value)
	}
	return value, nil
}
