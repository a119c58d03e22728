package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/ventanilla/ventanilla/pkg/config"
	"github.com/ventanilla/ventanilla/services/cmd/internal/platform"
)

// settingFlags are the flags of every command that reads the settings.
type settingFlags struct {
	File string            `help:"YAML file with settings." name:"config" placeholder:"FILE" env:"VENTANILLA_CONFIG"`
	Data *string           `help:"Data folder." placeholder:"DIR"`
	Set  map[string]string `help:"Any setting, such as telemetry.log_level=debug; may be repeated." placeholder:"KEY=VALUE" mapsep:"none"`
}

// load returns the settings, validated for the roles. More holds what a command's own flags set, by key.
func (c settingFlags) load(settings platform.Settings, more map[string]*string, roles ...string) (platform.Settings, error) {
	flags := map[string]any{}
	for key, value := range c.Set {
		flags[key] = value
	}
	for key, value := range more {
		if value != nil {
			flags[key] = *value
		}
	}
	if c.Data != nil {
		folder, err := filepath.Abs(*c.Data)
		if *c.Data == "" || err != nil {
			return settings, usageError{errors.New("--data: name a folder")}
		}
		flags["data"] = folder
	}
	err := config.Load(&settings, config.Sources{
		File: c.File, Environ: os.Environ(), Flags: flags,
		Ignore: notASetting,
	})
	if err != nil {
		return settings, asUsage(err)
	}
	if err := settings.Validate(roles...); err != nil {
		return settings, asUsage(fmt.Errorf("wrong settings:\n%w", err))
	}
	return settings, nil
}

// linkVariable is what Kubernetes sets in every container for each Service of the namespace, unless enableServiceLinks is off.
var linkVariable = regexp.MustCompile(`_(SERVICE_HOST|SERVICE_PORT(_.+)?|PORT(_[0-9]+_(TCP|UDP)(_.+)?)?)$`)

// notASetting tells of variables with our prefix that mean something else.
func notASetting(name string) bool {
	return name == "VENTANILLA_CONFIG" || name == "VENTANILLA_BIN" || strings.HasPrefix(name, "VENTANILLA_TEST_") || linkVariable.MatchString(name)
}

type configCmd struct {
	Check configCheckCmd `cmd:"" help:"Validate the settings and print those in effect, secrets hidden."`
}

type configCheckCmd struct {
	settingFlags
	Role string `arg:"" optional:"" help:"Whose settings to validate: ${enum}." enum:"up,${roles}" default:"up"`
	JSON bool   `help:"Print JSON."`
}

// Run prints the settings as YAML that --config would read.
func (c configCheckCmd) Run(out io.Writer) error {
	settings, err := c.check()
	if err != nil {
		return err
	}
	text, err := config.YAML(settings)
	if c.JSON && err == nil {
		var values map[string]any
		if values, err = config.Map(settings); err == nil {
			text, err = json.MarshalIndent(values, "", "  ")
			text = append(text, '\n')
		}
	}
	if err != nil {
		return err
	}
	_, err = out.Write(text)
	return err
}

// check validates as the role does that would read the settings. What `up` makes by itself need not be set.
func (c configCheckCmd) check() (platform.Settings, error) {
	if c.Role != "up" {
		return c.load(platform.Defaults(), nil, c.Role)
	}
	settings, err := c.load(platform.Defaults(), nil)
	if err != nil {
		return settings, err
	}
	return settings, checkUp(settings.Laptop())
}

type versionCmd struct{}

// Run prints the version.
func (versionCmd) Run(out io.Writer) error {
	_, err := fmt.Fprintln(out, "ventanilla", version)
	return err
}
