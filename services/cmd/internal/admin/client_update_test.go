package admin

import (
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// parse reads the flags of a command as the binary does.
func parse[C any](t *testing.T, args ...string) (C, error) {
	t.Helper()
	var command C
	parser, err := kong.New(&command)
	if err != nil {
		t.Fatal(err)
	}
	_, err = parser.Parse(args)
	return command, err
}

func TestAnUpdateNamesWhatIsGiven(t *testing.T) {
	for name, c := range map[string]struct {
		args  string
		paths string
	}{
		"one":        {"--name=New", "name"},
		"empty name": {"--name=", "name"},
		"several":    {"--scope=a --scope=b --token-life=2h --no-personal-data", "scopes token_life personal_data"},
		"limit":      {"--rate=5", "limit"},
		"cleared":    {"--clear=limit --clear=members --clear=audiences", "audiences introspection_members limit"},
		"all": {
			"--name=N --scope=a --audience=b --token-life=1h --resource-scope=c --introspects-all --personal-data --member=a=b " +
				"--token-algorithm=ES256 --introspection-algorithm=EdDSA --public-keys=- --rate=1 --origin=https://example.cl",
			"name scopes audiences token_life resource_scopes introspects_all personal_data introspection_members " +
				"token_algorithm introspection_algorithm public_keys limit origins",
		},
	} {
		t.Run(name, func(t *testing.T) {
			command, err := parse[UpdateClient](t, append([]string{"id"}, strings.Fields(c.args)...)...)
			if err != nil || !slices.Equal(command.paths(), strings.Fields(c.paths)) {
				t.Errorf("%v, %v", command.paths(), err)
			}
		})
	}
}

func TestFlagsThatContradict(t *testing.T) {
	for args, says := range map[string]string{
		"":                               "name what to change",
		"--scope=a --clear=scopes":       "--clear scopes",
		"--origin=a --clear=origins":     "--clear origins",
		"--burst=3":                      "--burst needs a --rate",
		"--rate=-1":                      "--rate must be",
		"--clear=name":                   "--clear",
		"--token-algorithm=HS256":        "--token-algorithm",
		"--introspection-algorithm=none": "--introspection-algorithm",
	} {
		if _, err := parse[UpdateClient](t, append([]string{"id"}, strings.Fields(args)...)...); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want %q", args, err, says)
		}
	}
	if _, err := parse[CreateAPIKey](t, "client", "name", "--life=1h", "--expires=2030-01-01T00:00:00Z"); err == nil {
		t.Error("a key ends twice")
	}
	if key, err := parse[CreateAPIKey](t, "client", "name", "--expires=2030-01-01T00:00:00Z"); err != nil || key.Expires.Year() != 2030 {
		t.Errorf("%+v, %v", key, err)
	}
}

func TestLimits(t *testing.T) {
	for _, c := range []struct {
		rate  float64
		burst int32
		want  string
	}{{0, 0, ""}, {5, 0, "5 a second, 5 at once"}, {0.5, 0, "0.5 a second, 1 at once"}, {0.01, 7, "0.01 a second, 7 at once"}} {
		if got := limitText(limitOf(c.rate, c.burst)); got != c.want {
			t.Errorf("%v: %q, want %q", c, got, c.want)
		}
	}
}

func TestKindsAndAlgorithmsByName(t *testing.T) {
	for name, want := range map[string]authv1.ClientKind{
		"partner": 1, "resource-server": 2, "widget": 3, "internal": 4,
	} {
		if got := kindNamed(name); got != want || kindName(got) != name {
			t.Errorf("%s: %v", name, got)
		}
	}
	for _, name := range []string{"RS256", "ES256", "EdDSA"} {
		if got := algorithmNamed(name); got == 0 || algorithmName(got) != name {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestNothingIsConfirmedWithoutATerminal(t *testing.T) {
	var asked strings.Builder
	err := Input{strings.NewReader("y\n")}.confirm(&asked, "Really?")
	if err == nil || asked.Len() > 0 || !strings.Contains(err.Error(), "--yes") {
		t.Errorf("asked %q, %v", asked.String(), err)
	}
}

func TestFilesOfFlags(t *testing.T) {
	in := Input{strings.NewReader("keys")}
	for _, c := range []struct {
		name, want string
		fails      bool
	}{{"", "", false}, {"-", "keys", false}, {"-", "", true}, {"/nowhere", "", true}} {
		if got, err := in.read(c.name); got != c.want || (err != nil) != c.fails {
			t.Errorf("%q: %q, %v", c.name, got, err)
		}
	}
}
