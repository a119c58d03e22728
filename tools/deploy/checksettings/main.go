// Command checksettings has `ventanilla config check` judge the settings of
// every role in rendered manifests, as the role's container would get them:
// the file of its ConfigMap and its environment, with invented secrets.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/yaml"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: checksettings VENTANILLA <MANIFESTS")
		os.Exit(2)
	}
	if err := check(os.Args[1], os.Stdin); err != nil {
		fmt.Fprintln(os.Stderr, "checksettings:", err)
		os.Exit(1)
	}
}

// secrets are what the containers' environment gets in place of Secrets, by variable.
var secrets = map[string]string{
	"VENTANILLA_AUTH__STORE__URL":     "postgres://someone@database.example.org/ventanilla",
	"VENTANILLA_AUTH__KEK__KEY":       "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
	"VENTANILLA_IDENTITY__STORE__URL": "postgres://someone@database.example.org/ventanilla",
	"VENTANILLA_IDENTITY__KEK__KEY":   "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
	"VENTANILLA_BENEFITS__STORE__URL": "postgres://someone@database.example.org/ventanilla",
	"VENTANILLA_SESSION__STORE__URL":  "postgres://someone@database.example.org/ventanilla",
	"VENTANILLA_SESSION__KEK__KEY":    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
	"VENTANILLA_LIMITS__REDIS__URL":   "rediss://redis.example.org:6379/0",

	"VENTANILLA_NOTIFICATIONS__STORE__URL":                        "postgres://someone@database.example.org/ventanilla",
	"VENTANILLA_NOTIFICATIONS__KEK__KEY":                          "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
	"VENTANILLA_NOTIFICATIONS__CARRIERS__MOVIL__KANNEL__PASSWORD": "secret",
	"VENTANILLA_NOTIFICATIONS__CARRIERS__CORREO__SMTP__PASSWORD":  "secret",
	"VENTANILLA_NOTIFICATIONS__PAYMENTS__SECRET":                  "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
}

// check judges the Deployments among the manifests. There must be some.
func check(program string, manifests io.Reader) error {
	roles, files, err := read(manifests)
	if err != nil {
		return fmt.Errorf("reading manifests: %w", err)
	}
	if len(roles) == 0 {
		return errors.New("no Deployment among the manifests")
	}
	for _, role := range roles {
		if err := checkRole(program, role, files[role.Name]); err != nil {
			return fmt.Errorf("%s: %w", role.Name, err)
		}
	}
	return nil
}

// read picks the Deployments and, by name, the ConfigMaps.
func read(manifests io.Reader) (roles []appsv1.Deployment, files map[string]corev1.ConfigMap, err error) {
	files = map[string]corev1.ConfigMap{}
	decoder := yaml.NewYAMLOrJSONDecoder(manifests, 4096)
	for {
		var raw runtime.RawExtension
		if err := decoder.Decode(&raw); errors.Is(err, io.EOF) {
			return roles, files, nil
		} else if err != nil {
			return nil, nil, err
		}
		var about metav1.TypeMeta
		if err := json.Unmarshal(raw.Raw, &about); err != nil {
			return nil, nil, err
		}
		switch about.Kind {
		case "Deployment":
			var role appsv1.Deployment
			if err := json.Unmarshal(raw.Raw, &role); err != nil {
				return nil, nil, err
			}
			roles = append(roles, role)
		case "ConfigMap":
			var file corev1.ConfigMap
			if err := json.Unmarshal(raw.Raw, &file); err != nil {
				return nil, nil, err
			}
			files[file.Name] = file
		}
	}
}

// checkRole runs the check with what the role's container is given.
func checkRole(program string, role appsv1.Deployment, file corev1.ConfigMap) error {
	dir, err := os.MkdirTemp("", "checksettings-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	for name, text := range file.Data {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	container := role.Spec.Template.Spec.Containers[0]
	command := exec.CommandContext(context.Background(), program, "config", "check") //nolint:gosec // the program that is asked for
	for _, arg := range container.Args {
		command.Args = append(command.Args, strings.Replace(arg, "/etc/ventanilla/settings", dir, 1))
	}
	if command.Env, err = environment(container.Env); err != nil {
		return err
	}
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

// environment resolves variables as the kubelet does.
func environment(variables []corev1.EnvVar) ([]string, error) {
	var env []string
	known := []string{}
	for _, variable := range variables {
		value := variable.Value
		switch from := variable.ValueFrom; {
		case from == nil:
			value = strings.NewReplacer(known...).Replace(value)
		case from.FieldRef != nil && from.FieldRef.FieldPath == "status.podIP":
			value = "192.0.2.1"
		case from.SecretKeyRef != nil && secrets[variable.Name] != "":
			value = secrets[variable.Name]
		default:
			return nil, fmt.Errorf("no value for %s", variable.Name)
		}
		known = append(known, "$("+variable.Name+")", value)
		env = append(env, variable.Name+"="+value)
	}
	return env, nil
}
