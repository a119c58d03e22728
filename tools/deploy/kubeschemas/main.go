// Command kubeschemas writes JSON schemas for kubeconform, one file for each
// kind, from the OpenAPI document of Kubernetes. They are strict: a field that
// the document does not have is refused.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: kubeschemas SWAGGER.json DIR")
		os.Exit(2)
	}
	if err := write(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "kubeschemas:", err)
		os.Exit(1)
	}
}

// schema is a JSON schema, or a part of one.
type schema = map[string]any

// groupVersionKind is what the document says of definitions that are resources.
type groupVersionKind struct{ Group, Version, Kind string }

// write makes dir and a file in it for each kind.
func write(swagger, dir string) error {
	text, err := os.ReadFile(swagger)
	if err != nil {
		return fmt.Errorf("reading the OpenAPI document: %w", err)
	}
	var document struct {
		Definitions map[string]schema `json:"definitions"`
	}
	var kinds struct {
		Definitions map[string]struct {
			Kinds []groupVersionKind `json:"x-kubernetes-group-version-kind"`
		} `json:"definitions"`
	}
	if err := errors.Join(json.Unmarshal(text, &document), json.Unmarshal(text, &kinds)); err != nil {
		return fmt.Errorf("reading %s: %w", swagger, err)
	}
	for name, definition := range document.Definitions {
		document.Definitions[name] = strict(definition)
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return fmt.Errorf("making %s: %w", dir, err)
	}
	for name, definition := range kinds.Definitions {
		if len(definition.Kinds) != 1 { // several are those of options, which no file holds
			continue
		}
		kind := definition.Kinds[0]
		out, err := json.Marshal(resource(document.Definitions, name, kind))
		if err != nil {
			return fmt.Errorf("writing %s: %w", kind.Kind, err)
		}
		if err := os.WriteFile(filepath.Join(dir, kind.file()), out, 0o600); err != nil {
			return fmt.Errorf("writing %s: %w", kind.Kind, err)
		}
	}
	return nil
}

// file is the name that kubeconform's {{.ResourceKind}}{{.KindSuffix}}.json stands for.
func (k groupVersionKind) file() string {
	group, _, _ := strings.Cut(k.Group, ".")
	parts := []string{strings.ToLower(k.Kind)}
	if group != "" {
		parts = append(parts, group)
	}
	return strings.Join(append(parts, k.Version), "-") + ".json"
}

// resource is a schema with all that it refers to, of one kind and version only.
func resource(definitions map[string]schema, name string, kind groupVersionKind) schema {
	needed := map[string]schema{}
	collect(definitions, name, needed)
	version := strings.TrimPrefix(kind.Group+"/"+kind.Version, "/")
	return schema{
		"$schema":     "http://json-schema.org/draft-07/schema#",
		"definitions": needed,
		"allOf": []any{
			schema{"$ref": "#/definitions/" + name},
			schema{
				"required":   []string{"apiVersion", "kind"},
				"properties": schema{"apiVersion": schema{"const": version}, "kind": schema{"const": kind.Kind}},
			},
		},
	}
}

// collect adds a definition to those needed, and what it refers to.
func collect(definitions map[string]schema, name string, needed map[string]schema) {
	if _, ok := needed[name]; ok {
		return
	}
	needed[name] = definitions[name]
	var visit func(any)
	visit = func(part any) {
		switch part := part.(type) {
		case schema:
			if reference, ok := part["$ref"].(string); ok {
				collect(definitions, strings.TrimPrefix(reference, "#/definitions/"), needed)
			}
			for _, inner := range part {
				visit(inner)
			}
		case []any:
			for _, inner := range part {
				visit(inner)
			}
		}
	}
	visit(definitions[name])
}

// strict refuses unknown fields, and writes down what the document says in words only: some strings may be numbers.
func strict(part schema) schema {
	switch part["format"] {
	case "int-or-string":
		return schema{"type": []string{"integer", "string"}}
	case "int32", "int64", "double", "byte", "date-time":
		delete(part, "format")
	}
	if description, _ := part["description"].(string); strings.HasPrefix(description, "Quantity is ") {
		return schema{"type": []string{"number", "string"}}
	}
	delete(part, "description")
	if fields, ok := part["properties"].(schema); ok {
		part["additionalProperties"] = false
		for name, field := range fields {
			fields[name] = strict(field.(schema))
		}
	}
	for _, inner := range []string{"items", "additionalProperties"} {
		if s, ok := part[inner].(schema); ok {
			part[inner] = strict(s)
		}
	}
	return part
}
