package demo

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/ventanilla/ventanilla/pkg/claveunica"
)

// stagingPrefix is where the emulator for the staging data set is, beside the other.
const stagingPrefix = "/staging"

// ClaveUnica are two emulators of ClaveÚnica on one address, with the demo's citizens: a token of one data set is none in the
// other.
type ClaveUnica struct {
	mux                 *http.ServeMux
	production, staging emulator
}

type emulator struct {
	*claveunica.Emulator
	citizens []resident
}

// NewClaveUnica makes them.
func NewClaveUnica() (*ClaveUnica, error) {
	known, err := inventedPopulation()
	if err != nil {
		return nil, err
	}
	c := &ClaveUnica{mux: http.NewServeMux()}
	if c.production, err = newEmulator(known.Production); err != nil {
		return nil, err
	}
	if c.staging, err = newEmulator(known.Staging); err != nil {
		return nil, err
	}
	c.mux.Handle("/", c.production)
	c.mux.Handle(stagingPrefix+"/", http.StripPrefix(stagingPrefix, c.staging))
	return c, nil
}

func newEmulator(homes []home) (emulator, error) {
	who := citizens(homes)
	persons := make([]claveunica.Person, len(who))
	for i, r := range who {
		persons[i] = claveunica.Person{RUT: r.RUT, GivenNames: strings.Fields(r.GivenNames)}
		for _, surname := range []string{r.FirstSurname, r.SecondSurname} {
			if surname != "" {
				persons[i].Surnames = append(persons[i].Surnames, surname)
			}
		}
	}
	made, err := claveunica.New(claveunica.Options{Persons: persons})
	return emulator{made, who}, err
}

// ServeHTTP answers for both.
func (c *ClaveUnica) ServeHTTP(w http.ResponseWriter, r *http.Request) { c.mux.ServeHTTP(w, r) }

// UserinfoURLs are where auth asks about tokens of each data set, when the emulators are at an address.
func (c *ClaveUnica) UserinfoURLs(base string) (production, staging string) {
	return base + claveunica.UserinfoPath, base + stagingPrefix + claveunica.UserinfoPath
}

// SignIn puts a token of each citizen into the file.
func (c *ClaveUnica) SignIn(base string, f *CMP) error {
	production, err := c.production.signIn()
	if err != nil {
		return err
	}
	staging, err := c.staging.signIn()
	if err != nil {
		return err
	}
	f.ClaveUnicaURL, f.Citizens = base, production
	f.RUT, f.CUToken = production[0].RUT, production[0].CUToken
	f.StagingRUT, f.StagingCUToken = staging[0].RUT, staging[0].CUToken
	return nil
}

func (e emulator) signIn() ([]Citizen, error) {
	var all []Citizen
	for _, r := range e.citizens {
		token, err := e.Issue(r.RUT)
		if err != nil {
			return nil, fmt.Errorf("signing a demo's citizen in: %w", err)
		}
		all = append(all, Citizen{RUT: r.RUT, CUToken: token, About: r.About})
	}
	return all, nil
}
