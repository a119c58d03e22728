package platform_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/services/auth"
	"github.com/ventanilla/ventanilla/services/cmd/internal/platform"
)

func TestLaptopDefaultsAreComplete(t *testing.T) {
	s := platform.Defaults()
	s.Data = t.TempDir()
	if err := s.Laptop().Validate(platform.Roles()...); err != nil {
		t.Error(err)
	}
}

func TestOffLoopbackAKeyIsNeeded(t *testing.T) {
	s := platform.Defaults()
	s.Data = t.TempDir()
	s.Edge.Listen = "0.0.0.0:8443"
	err := s.Laptop().Validate(auth.Role, platform.GatewayRole)
	if err == nil || !strings.Contains(err.Error(), "auth.kek") {
		t.Errorf("got %v", err)
	}
}

func TestOnALaptopServicesShareWhatTheyCan(t *testing.T) {
	s := platform.Defaults()
	s.Data, s.Edge.Listen, s.Auth.KEK.File = t.TempDir(), "192.0.2.1:8443", "/secrets/kek"
	s = s.Laptop()
	if s.Identity.KEK != s.Auth.KEK {
		t.Errorf("identity's key-encryption key is from %+v", s.Identity.KEK)
	}
	if s.Identity.Store.URL == s.Auth.Store.URL {
		t.Error("two services on one database")
	}
	if cards := s.Identity.Cards; cards.Validator != "https://192.0.2.1:8443/c" || cards.StagingValidator != "https://192.0.2.1:8443/cs" {
		t.Errorf("cards lead to %q and %q", cards.Validator, cards.StagingValidator)
	}
	if public := s.Notifications.PublicURL; public != "https://192.0.2.1:8443" {
		t.Errorf("pictures are shown from %q", public)
	}
}

func TestCardsLeadToThePagesOfAnyIssuer(t *testing.T) {
	s := platform.Defaults()
	s.Data, s.Auth.Issuer = t.TempDir(), "https://id.example/"
	if cards := s.Laptop().Identity.Cards; cards.Validator != "https://id.example/c" || cards.StagingValidator != "https://id.example/cs" {
		t.Errorf("cards lead to %q and %q", cards.Validator, cards.StagingValidator)
	}
}

func TestInternalRoles(t *testing.T) {
	for _, c := range []struct {
		roles []string
		good  bool
	}{
		{nil, true},
		{[]string{"payroll", "library-2"}, true},
		{[]string{"Payroll"}, false},
		{[]string{""}, false},
		{[]string{"payroll", "payroll"}, false},
		{[]string{"gateway"}, false},
		{[]string{"identity"}, false},
		{[]string{"bootstrap"}, false},
	} {
		s := platform.Defaults()
		s.InternalRoles = c.roles
		err := s.Validate(platform.GatewayRole)
		if (err == nil) != c.good || err != nil && !strings.Contains(err.Error(), "internal_roles:") {
			t.Errorf("%q: %v", c.roles, err)
		}
	}
}

func TestMistakesAreNamedAllAtOnce(t *testing.T) {
	s := platform.Defaults()
	s.Admin.Listen = "nowhere"
	s.StopDelay = time.Hour
	s.Edge.Listen = "8443"
	err := s.Validate(platform.GatewayRole)
	if err == nil {
		t.Fatal("no error")
	}
	for _, key := range []string{"admin.listen", "stop_delay", "edge.listen"} {
		if !strings.Contains("\n"+err.Error(), "\n"+key+":") {
			t.Errorf("%q does not name %s", err, key)
		}
	}
}

func TestARoleAnswersForItsOwnSettingsOnly(t *testing.T) {
	s := platform.Defaults()
	if err := s.Validate(platform.GatewayRole); err != nil {
		t.Errorf("a gateway needs no store and no key: %v", err)
	}
	if err := s.Validate(auth.Role); err == nil {
		t.Error("auth started without a store")
	}
}

func TestLoopback(t *testing.T) {
	for address, want := range map[string]bool{
		"127.0.0.1:1": true, "[::1]:1": true, "localhost:1": true,
		"0.0.0.0:1": false, ":1": false, "192.0.2.1:1": false, "example.org:1": false, "127.0.0.1": false,
	} {
		if got := platform.Loopback(address); got != want {
			t.Errorf("Loopback(%q) = %v", address, got)
		}
	}
}
