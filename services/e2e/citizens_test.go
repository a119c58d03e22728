package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ventanilla/ventanilla/gateway/dialect/cmp"
)

// TestCitizensApart asks for all that there is about every citizen of the demo, for all at once and again and again: no answer
// has anything of another's, and each citizen's is always the same.
func TestCitizensApart(t *testing.T) {
	p := up(t, t.TempDir(), "--set", "edge.rate.per_second=10000", "--set", "edge.rate.burst=10000")
	access := p.issue(t, p.partner)
	var all []*told
	for _, c := range p.demo.Cmp.Citizens {
		w := p.widgetToken(t, p.widget().but("rut", c.RUT, "cu_token", c.CUToken), "")
		one := &told{rut: c.RUT, calls: map[string]call{
			cmp.BenefitsPath:  p.citizen().but("rut", c.RUT, "cu_token", c.CUToken).form(cmp.BenefitsPath).with(access),
			cmp.ProfilePath:   p.shown(cmp.ProfilePath, p.demo.Cmp.APIKey, w, p.demo.Cmp.Origin),
			cmp.HouseholdPath: p.shown(cmp.HouseholdPath, p.demo.Cmp.APIKey, w, p.demo.Cmp.Origin),
		}}
		if err := one.ask(t, p); err != nil {
			t.Fatal(err)
		}
		all = append(all, one)
	}
	if len(all) < 2 {
		t.Fatal("the demo has one citizen")
	}
	for _, one := range all {
		for _, other := range all {
			if one != other {
				one.hasNothingOf(t, other)
			}
		}
	}
	for i, one := range all {
		stranger := all[(i+1)%len(all)]
		again := &told{rut: one.rut, calls: maps.Clone(one.calls)}
		for _, path := range []string{cmp.ProfilePath, cmp.HouseholdPath} {
			c := again.calls[path]
			c.path += "&rut=" + stranger.rut
			again.calls[path] = c
		}
		again.same(t, p, one)
	}
	var asking sync.WaitGroup
	for range rounds(4, 100) {
		for _, one := range all {
			asking.Go(func() { (&told{rut: one.rut, calls: one.calls}).same(t, p, one) })
		}
	}
	asking.Wait()
}

// told is what a citizen is told, by path.
type told struct {
	rut   string
	calls map[string]call
	data  map[string]any
	// given and surnames are the citizen's, members the given names in the household.
	given, surnames string
	members         []string
}

// ask makes the calls. Who read the data is left out: each call adds to it.
func (c *told) ask(t *testing.T, p *platform) error {
	c.data = map[string]any{}
	for path, next := range c.calls {
		a, err := p.try(t.Context(), next)
		if err != nil {
			return err
		}
		var body struct {
			Data map[string]any `json:"data"`
		}
		if err := json.Unmarshal([]byte(a.body), &body); err != nil || a.status != http.StatusOK {
			return fmt.Errorf("%s: %d, %s: %w", path, a.status, a.body, err)
		}
		delete(body.Data, "accesos")
		c.data[path] = body.Data
	}
	profile, _ := c.data[cmp.ProfilePath].(map[string]any)
	person, _ := profile["persona"].(map[string]any)
	c.given, _ = person["nombres"].(string)
	c.surnames, _ = person["apellidos"].(string)
	if person["rut"] != c.rut {
		return errors.New("the profile is another's")
	}
	household, _ := c.data[cmp.HouseholdPath].(map[string]any)
	home, _ := household["hogar"].(map[string]any)
	members, _ := home["integrantes"].([]any)
	for _, m := range members {
		member, _ := m.(map[string]any)
		name, _ := member["nombre"].(string)
		c.members = append(c.members, name)
	}
	return nil
}

// same asks again.
func (c *told) same(t *testing.T, p *platform, before *told) {
	t.Helper()
	if err := c.ask(t, p); err != nil {
		t.Error(err)
	} else if !reflect.DeepEqual(c.data, before.data) {
		t.Errorf("a citizen was told %v, then %v", before.data, c.data)
	}
}

// hasNothingOf looks for another's number and names. The given names of who lives in one household are there.
func (c *told) hasNothingOf(t *testing.T, other *told) {
	t.Helper()
	together := slices.Equal(c.members, other.members)
	for path, data := range c.data {
		for text := range texts(data) {
			bare := strings.NewReplacer(".", "", "-", "").Replace(text)
			switch {
			case strings.Contains(bare, strings.ReplaceAll(other.rut, "-", "")):
				t.Errorf("%s has another's number", path)
			case together:
			case other.given != "" && other.given != c.given && strings.Contains(text, other.given),
				other.surnames != "" && other.surnames != c.surnames && strings.Contains(text, other.surnames):
				t.Errorf("%s has another's name: %s", path, text)
			}
		}
	}
}

// texts are all strings in a JSON value.
func texts(value any) func(yield func(string) bool) {
	return func(yield func(string) bool) { _ = eachText(value, yield) }
}

func eachText(value any, yield func(string) bool) bool {
	switch v := value.(type) {
	case string:
		return yield(v)
	case []any:
		for _, item := range v {
			if !eachText(item, yield) {
				return false
			}
		}
	case map[string]any:
		for _, item := range v {
			if !eachText(item, yield) {
				return false
			}
		}
	}
	return true
}
