package config_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/config"
)

type settings struct {
	Name  string            `koanf:"name"`
	Edge  edge              `koanf:"edge"`
	Token config.Secret     `koanf:"token"`
	Map   map[string]string `koanf:"map"`
}

type edge struct {
	Listen  string        `koanf:"listen"`
	Timeout time.Duration `koanf:"timeout"`
	Origins []string      `koanf:"origins"`
}

func defaults() settings {
	return settings{Name: "default", Edge: edge{Listen: "default", Timeout: time.Second}}
}

func writeFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ventanilla.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestStrengthOfSources(t *testing.T) {
	file := writeFile(t, "name: file\nedge:\n  listen: file\n  timeout: 2s\n")
	cases := []struct {
		name    string
		sources config.Sources
		want    settings
	}{
		{"defaults", config.Sources{}, settings{Name: "default", Edge: edge{Listen: "default", Timeout: time.Second}}},
		{"file", config.Sources{File: file}, settings{Name: "file", Edge: edge{Listen: "file", Timeout: 2 * time.Second}}},
		{
			"environment over file",
			config.Sources{File: file, Environ: []string{"VENTANILLA_EDGE__LISTEN=env", "OTHER=1"}},
			settings{Name: "file", Edge: edge{Listen: "env", Timeout: 2 * time.Second}},
		},
		{
			"flags over environment",
			config.Sources{
				File: file, Environ: []string{"VENTANILLA_EDGE__LISTEN=env", "VENTANILLA_NAME=env"},
				Flags: map[string]any{"edge.listen": "flag"},
			},
			settings{Name: "env", Edge: edge{Listen: "flag", Timeout: 2 * time.Second}},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := defaults()
			if err := config.Load(&got, c.sources); err != nil {
				t.Fatal(err)
			}
			if fmt.Sprint(got) != fmt.Sprint(c.want) {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestListsAndMapsFromEnvironment(t *testing.T) {
	got := defaults()
	err := config.Load(&got, config.Sources{Environ: []string{"VENTANILLA_EDGE__ORIGINS=a,b", "VENTANILLA_MAP__AUTH=x"}})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Join(got.Edge.Origins, "|") != "a|b" || got.Map["auth"] != "x" {
		t.Errorf("got %+v", got)
	}
}

type site struct {
	Weight  int  `koanf:"weight"`
	Careful bool `koanf:"careful"`
}

func (s *site) SetDefaults() { *s = site{Weight: 100, Careful: true} }

func TestNewValuesOfAMapHaveTheirDefaults(t *testing.T) {
	var got struct {
		Sites map[string]site `koanf:"sites"`
	}
	err := config.Load(&got, config.Sources{
		File:    writeFile(t, "sites:\n  a:\n    weight: 5\n  b:\n    careful: false\n  c: {}\n"),
		Environ: []string{"VENTANILLA_SITES__A__CAREFUL=false"},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]site{"a": {5, false}, "b": {100, false}, "c": {100, true}}
	if !maps.Equal(got.Sites, want) {
		t.Errorf("got %+v, want %+v", got.Sites, want)
	}
}

func TestMistakesNameSourceAndSetting(t *testing.T) {
	cases := []struct {
		name    string
		sources config.Sources
		want    []string
	}{
		{"unknown in file", config.Sources{File: writeFile(t, "edge:\n  listn: x\n")}, []string{"ventanilla.yaml", "listn"}},
		{"unknown in environment", config.Sources{Environ: []string{"VENTANILLA_EDGE__LISTN=x"}}, []string{"environment", "listn"}},
		{"unknown on command line", config.Sources{Flags: map[string]any{"edge.listn": "x"}}, []string{"command line", "listn"}},
		{"no such file", config.Sources{File: "/nowhere/v.yaml"}, []string{"/nowhere/v.yaml", "no such file"}},
		{"broken file", config.Sources{File: writeFile(t, "edge: [")}, []string{"ventanilla.yaml"}},
		{"bad duration", config.Sources{Environ: []string{"VENTANILLA_EDGE__TIMEOUT=soon"}}, []string{"environment", "timeout"}},
		{"duration without unit", config.Sources{File: writeFile(t, "edge:\n  timeout: 5\n")}, []string{"timeout", "unit"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := defaults()
			err := config.Load(&got, c.sources)
			if err == nil {
				t.Fatal("no error")
			}
			for _, word := range c.want {
				if !strings.Contains(err.Error(), word) {
					t.Errorf("%q does not say %q", err, word)
				}
			}
			if fmt.Sprint(got) != fmt.Sprint(defaults()) {
				t.Errorf("a wrong source changed the settings: %+v", got)
			}
		})
	}
}

func TestIgnoredVariable(t *testing.T) {
	got := defaults()
	err := config.Load(&got, config.Sources{Environ: []string{"VENTANILLA_CONFIG=x"}, Ignore: func(name string) bool { return name == "VENTANILLA_CONFIG" }})
	if err != nil {
		t.Fatal(err)
	}
}

func TestSecretIsNeverShown(t *testing.T) {
	cfg := defaults()
	cfg.Token = "hunter2"
	text, err := config.YAML(&cfg)
	if err != nil {
		t.Fatal(err)
	}
	for _, shown := range []string{string(text), fmt.Sprintf("%v %+v %#v %s", cfg, cfg, cfg, cfg.Token)} {
		if strings.Contains(shown, "hunter2") || !strings.Contains(shown, config.Hidden) {
			t.Errorf("shown: %s", shown)
		}
	}
	if cfg.Token.Reveal() != "hunter2" {
		t.Error("Reveal does not give the secret")
	}
}

func TestYAMLKeepsOrderAndLoadsAgain(t *testing.T) {
	cfg := defaults()
	text, err := config.YAML(&cfg)
	if err != nil {
		t.Fatal(err)
	}
	want := "name: default\nedge:\n    listen: default\n    timeout: 1s\n    origins: []\ntoken: \"\"\nmap: {}\n"
	if string(text) != want {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
	if err := config.Load(&cfg, config.Sources{File: writeFile(t, string(text))}); err != nil {
		t.Error(err)
	}
}

func TestStructsByNameKeepTheirKeys(t *testing.T) {
	type shops struct {
		Shops map[string]edge `koanf:"shops"`
	}
	cfg := shops{map[string]edge{"b": {Listen: "x", Timeout: time.Second}, "a": {}}}
	text, err := config.YAML(&cfg)
	if err != nil {
		t.Fatal(err)
	}
	want := "shops:\n    a:\n        listen: \"\"\n        timeout: 0s\n        origins: []\n" +
		"    b:\n        listen: x\n        timeout: 1s\n        origins: []\n"
	if string(text) != want {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
	var again shops
	if err := config.Load(&again, config.Sources{File: writeFile(t, string(text))}); err != nil || again.Shops["b"].Listen != "x" {
		t.Errorf("got %+v, %v", again, err)
	}
}
