package config

import (
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// YAML writes the settings as a file that Load would read, secrets hidden,
// in the order of the struct's fields.
func YAML(cfg any) ([]byte, error) {
	out, err := yaml.Marshal(node(reflect.ValueOf(cfg)))
	if err != nil {
		return nil, fmt.Errorf("writing settings: %w", err)
	}
	return out, nil
}

// Map returns the settings by name, level by level, secrets hidden.
func Map(cfg any) (map[string]any, error) {
	var out map[string]any
	if err := node(reflect.ValueOf(cfg)).Decode(&out); err != nil {
		return nil, fmt.Errorf("listing settings: %w", err)
	}
	return out, nil
}

// node keeps the order of fields, which a map would lose.
func node(v reflect.Value) *yaml.Node {
	for v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if v.Kind() == reflect.Map && v.Type().Elem().Kind() == reflect.Struct {
		return named(v)
	}
	if v.Kind() != reflect.Struct {
		return scalar(v)
	}
	out := &yaml.Node{Kind: yaml.MappingNode}
	for i := range v.NumField() {
		name := v.Type().Field(i).Tag.Get("koanf")
		if name == "" || name == "-" {
			continue
		}
		if name == ",squash" {
			out.Content = append(out.Content, node(v.Field(i)).Content...)
			continue
		}
		key := &yaml.Node{}
		key.SetString(name)
		out.Content = append(out.Content, key, node(v.Field(i)))
	}
	return out
}

// named writes structs by their names, sorted.
func named(v reflect.Value) *yaml.Node {
	out := &yaml.Node{Kind: yaml.MappingNode}
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	for _, name := range keys {
		key := &yaml.Node{}
		key.SetString(name.String())
		out.Content = append(out.Content, key, node(v.MapIndex(name)))
	}
	return out
}

func scalar(v reflect.Value) *yaml.Node {
	value := v.Interface()
	switch typed := value.(type) {
	case time.Duration:
		value = typed.String()
	case encoding.TextMarshaler:
		if text, err := typed.MarshalText(); err == nil {
			value = string(text)
		}
	}
	out := &yaml.Node{}
	if err := out.Encode(value); err != nil {
		out.SetString(fmt.Sprint(value))
	}
	return out
}
