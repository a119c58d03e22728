package auth_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/services/auth"
)

func TestValidateNamesTheSetting(t *testing.T) {
	good := auth.DefaultConfig()
	good.KEK.File, good.Store.URL, good.Families = "kek", "sqlite:auth.db", []string{"cmp"}
	good.ClaveUnica.UserinfoURL, good.ClaveUnica.StagingUserinfoURL = "https://claveunica.example/openid/userinfo", "http://localhost:9480/openid/userinfo"
	check(t, good.Validate())
	for want, change := range map[string]func(*auth.Config){
		"issuer":                           func(c *auth.Config) { c.Issuer = "" },
		"families: at least one":           func(c *auth.Config) { c.Families = nil },
		`family_scopes.iddi: "a b"`:        func(c *auth.Config) { c.FamilyScopes = map[string][]string{"iddi": {"perfil", "a b"}} },
		`families: "Cmp"`:                  func(c *auth.Config) { c.Families = []string{"tuidd", "Cmp"} },
		"introspection_max_age":            func(c *auth.Config) { c.IntrospectionMaxAge = -time.Second },
		"view_poll":                        func(c *auth.Config) { c.ViewPoll = time.Second },
		"keys.publish_before":              func(c *auth.Config) { c.Keys.PublishBefore = 5 * time.Minute },
		"keys.rotate_every":                func(c *auth.Config) { c.Keys.RotateEvery = time.Minute },
		"clave_unica.userinfo_url":         func(c *auth.Config) { c.ClaveUnica.UserinfoURL = "http://claveunica.example" },
		"clave_unica.staging_userinfo_url": func(c *auth.Config) { c.ClaveUnica.StagingUserinfoURL = "https://ana@claveunica.example" },
		"clave_unica.timeout":              func(c *auth.Config) { c.ClaveUnica.Timeout = time.Minute },
		"clave_unica.pause":                func(c *auth.Config) { c.ClaveUnica.Pause = 0 },
		"kek":                              func(c *auth.Config) { c.KEK.File = "" },
		"store.url":                        func(c *auth.Config) { c.Store.URL = "" },
	} {
		t.Run(want, func(t *testing.T) {
			bad := good
			change(&bad)
			if err := bad.Validate(); err == nil || !strings.HasPrefix(err.Error(), want) {
				t.Errorf("got %v", err)
			}
		})
	}
}
