package demo

import (
	"bytes"
	_ "embed"
	"fmt"

	"go.yaml.in/yaml/v3"
)

// population is citizens.yaml: who there is in each data set.
type population struct {
	Production []home `yaml:"production"`
	Staging    []home `yaml:"staging"`
}

// home is a household and who lives in it. Without a key it is none, and its resident is on record alone.
type home struct {
	Key       string         `yaml:"key"`
	Facts     map[string]any `yaml:"facts"`
	Residents []resident     `yaml:"residents"`
}

// resident is an invented person.
type resident struct {
	// Key is the person's unique key; the RUT when it is empty.
	Key           string `yaml:"key"`
	RUT           string `yaml:"rut"`
	GivenNames    string `yaml:"given_names"`
	FirstSurname  string `yaml:"first_surname"`
	SecondSurname string `yaml:"second_surname"`
	BirthDate     string `yaml:"birth_date"`
	// Relation is what the person is to the household, as identity's words have it.
	Relation string `yaml:"relation"`
	// About says what there is to see of somebody who can sign in; empty for others.
	About string         `yaml:"about"`
	Facts map[string]any `yaml:"facts"`
}

//go:embed citizens.yaml
var citizensText []byte

// inventedPopulation reads the demo's population.
func inventedPopulation() (population, error) {
	var p population
	decoder := yaml.NewDecoder(bytes.NewReader(citizensText))
	decoder.KnownFields(true)
	if err := decoder.Decode(&p); err != nil {
		return p, fmt.Errorf("reading the demo's citizens: %w", err)
	}
	return p, nil
}

// citizens are those who can sign in.
func citizens(homes []home) []resident {
	var all []resident
	for _, h := range homes {
		for _, r := range h.Residents {
			if r.About != "" {
				all = append(all, r)
			}
		}
	}
	return all
}

func (r resident) uniqueKey() string {
	if r.Key == "" {
		return r.RUT
	}
	return r.Key
}
