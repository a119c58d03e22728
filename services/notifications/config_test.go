package notifications_test

import (
	"strings"
	"testing"

	"github.com/ventanilla/ventanilla/services/notifications"
)

func usable() notifications.Config {
	config := notifications.DefaultConfig()
	config.Store.URL, config.KEK.Key = "sqlite:notifications.db", "a key"
	config.Carriers = make(map[string]notifications.CarrierConfig)
	return config
}

func TestAllThatIsWrongWithTheSettingsIsNamed(t *testing.T) {
	check(t, usable().Validate())
	wrong := map[string]func(*notifications.Config){
		"kek":               func(c *notifications.Config) { c.KEK.Key = "" },
		"store.url":         func(c *notifications.Config) { c.Store.URL = "" },
		"payments.secret":   func(c *notifications.Config) { c.Payments.Secret = "*" },
		"receipts.listen":   func(c *notifications.Config) { c.Receipts.Listen = "nowhere" },
		"bounces.listen":    func(c *notifications.Config) { c.Bounces.Listen = "0.0.0.0:2525" },
		"callbacks.":        func(c *notifications.Config) { c.Callbacks.AllowNetworks = []string{"10.0.0.0/99"} },
		"default_region":    func(c *notifications.Config) { c.DefaultRegion = "XX" },
		"default_time_zone": func(c *notifications.Config) { c.DefaultTimeZone = "America/Nowhere" },
		"public_url":        func(c *notifications.Config) { c.PublicURL = "http://partners.example.org" },
		"quiet_hours.until": func(c *notifications.Config) { c.QuietHours.Until = "25:00" },
		"carriers.a.kind":   func(c *notifications.Config) { c.Carriers["a"] = notifications.CarrierConfig{} },
		"carriers.B":        func(c *notifications.Config) { c.Carriers["B"] = notifications.SandboxCarrier() },
	}
	all := usable()
	for _, spoil := range wrong {
		spoil(&all)
	}
	text := all.Validate().Error()
	for name, spoil := range wrong {
		one := usable()
		spoil(&one)
		if alone := one.Validate(); alone == nil || !strings.Contains("\n"+alone.Error(), "\n"+name) {
			t.Errorf("alone it is %v, not %s", alone, name)
		}
		if !strings.Contains("\n"+text, "\n"+name) {
			t.Errorf("%s is not named among\n%s", name, text)
		}
	}
	if lines := strings.Count(text, "\n") + 1; lines != len(wrong) {
		t.Errorf("%d lines name %d mistakes:\n%s", lines, len(wrong), text)
	}
}
