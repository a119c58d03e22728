package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// api is what is taken from a document, in its order.
type api struct {
	Info struct {
		Title       string `yaml:"title"`
		Description string `yaml:"description"`
	} `yaml:"info"`
	Tags []struct {
		Name        string `yaml:"name"`
		Description string `yaml:"description"`
	} `yaml:"tags"`
	Paths      yaml.Node `yaml:"paths"`
	Components struct {
		Schemas    map[string]schema    `yaml:"schemas"`
		Parameters map[string]parameter `yaml:"parameters"`
		Responses  map[string]response  `yaml:"responses"`
	} `yaml:"components"`

	operations []operation
}

type operation struct {
	Method, Path string `yaml:"-"`

	Summary     string              `yaml:"summary"`
	Description string              `yaml:"description"`
	Tags        []string            `yaml:"tags"`
	Security    []map[string]any    `yaml:"security"`
	Parameters  []parameter         `yaml:"parameters"`
	Responses   map[string]response `yaml:"responses"`
	Calls       []call              `yaml:"x-llamadas"`
	Body        struct {
		Content map[string]struct {
			Schema schema `yaml:"schema"`
		} `yaml:"content"`
	} `yaml:"requestBody"`
}

type parameter struct {
	Ref         string `yaml:"$ref"`
	Name        string `yaml:"name"`
	Description string `yaml:"description"`
	Required    bool   `yaml:"required"`
}

type response struct {
	Ref         string `yaml:"$ref"`
	Description string `yaml:"description"`
	Content     map[string]struct {
		Example yaml.Node `yaml:"example"`
	} `yaml:"content"`
}

type schema struct {
	Ref         string    `yaml:"$ref"`
	Description string    `yaml:"description"`
	Required    []string  `yaml:"required"`
	Properties  yaml.Node `yaml:"properties"`
}

// call is an example. Values in braces are the reader's.
type call struct {
	Name string `yaml:"nombre"`
	// Form is where the values go: "url", "formulario" or "json".
	Form   string            `yaml:"forma"`
	Values yaml.Node         `yaml:"valores"`
	Origin string            `yaml:"origen"`
	Status int               `yaml:"estado"`
	Keeps  map[string]string `yaml:"guarda"` // what later calls need, by its place in the answer
}

type value struct{ Name, Value string }

func readAPI(text []byte) (*api, error) {
	a := &api{}
	if err := yaml.Unmarshal(text, a); err != nil {
		return nil, err
	}
	return a, eachMember(&a.Paths, func(path string, item *yaml.Node) error {
		return eachMember(item, func(method string, node *yaml.Node) error {
			o := operation{Method: strings.ToUpper(method), Path: path}
			if err := node.Decode(&o); err != nil {
				return err
			}
			if len(o.Calls) == 0 || len(o.Tags) != 1 {
				return fmt.Errorf("%s %s: needs one tag, and x-llamadas", method, path)
			}
			for _, c := range o.Calls {
				if !slices.Contains([]string{"url", "formulario", "json"}, c.Form) || c.Status == 0 || c.Name == "" {
					return fmt.Errorf("%s %s: a call needs nombre, estado, and forma: url, formulario or json", method, path)
				}
			}
			a.operations = append(a.operations, o)
			return nil
		})
	})
}

// eachMember visits the members of a mapping in their order.
func eachMember(node *yaml.Node, visit func(name string, value *yaml.Node) error) error {
	if node.Kind != yaml.MappingNode {
		return errors.New("must be a mapping")
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		if err := visit(node.Content[i].Value, node.Content[i+1]); err != nil {
			return err
		}
	}
	return nil
}

func (c call) values() (all []value) {
	_ = eachMember(&c.Values, func(name string, v *yaml.Node) error {
		all = append(all, value{name, v.Value})
		return nil
	})
	return all
}

// bearer is the reader's token that the operation needs, or empty.
func (o operation) bearer() string {
	if len(o.Security) == 0 {
		return ""
	}
	if _, ok := o.Security[0]["widget"]; ok {
		return "{cmp_widget}"
	}
	return "{token}"
}

// resolve follows a reference to a component.
func resolve[C any](ref string, itself C, components map[string]C) C {
	if ref == "" {
		return itself
	}
	return components[ref[strings.LastIndex(ref, "/")+1:]]
}
