package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/ventanilla/ventanilla/pkg/claveunica"
)

type claveUnicaCmd struct {
	Listen string       `help:"Loopback address to listen on." default:"127.0.0.1:9480" placeholder:"ADDRESS:PORT"`
	Person []testPerson `help:"A test person beside those that there are: RUT, given names and surnames, as 11111111-1:Ana Luz:Soto Paz; may be repeated." placeholder:"RUT:NAMES:SURNAMES" sep:"none"`
	JSON   bool         `help:"Print as JSON." name:"json"`
}

// Help teaches how to use it.
func (claveUnicaCmd) Help() string {
	return `An emulator of ClaveÚnica, the Chilean citizens' identity provider, for development and tests: authorize (the code flow, with a page on which a test person logs in), token, and userinfo, which takes POST only, as the real one does. Any client_id, client_secret and redirect_uri will do. Everything is in memory, and whoever reaches it can be anybody there, so it listens on loopback addresses only.

Printed are the endpoints and an access token of each test person, good until the emulator ends; those of the code flow last an hour. Let auth ask it:

  ventanilla up --set auth.clave_unica.userinfo_url=http://127.0.0.1:9480/openid/userinfo

"up --demo" has one of its own.`
}

// testPerson is a person of the command line.
type testPerson struct{ claveunica.Person }

// UnmarshalText reads RUT, given names and surnames.
func (p *testPerson) UnmarshalText(text []byte) error {
	parts := strings.Split(string(text), ":")
	if len(parts) != 3 {
		return errors.New("write RUT:NAMES:SURNAMES, as 11111111-1:Ana Luz:Soto Paz")
	}
	p.RUT, p.GivenNames, p.Surnames = parts[0], strings.Fields(parts[1]), strings.Fields(parts[2])
	return nil
}

// emulated is what is printed.
type emulated struct {
	Authorize string          `json:"authorize"`
	Token     string          `json:"token"`
	Userinfo  string          `json:"userinfo"`
	Persons   []emulatedToken `json:"persons"`
}

type emulatedToken struct {
	RUT         string `json:"rut"`
	Name        string `json:"name"`
	AccessToken string `json:"access_token"`
}

// Run runs the emulator until it is told to end.
func (c claveUnicaCmd) Run(ctx context.Context, out io.Writer) error {
	persons := claveunica.TestPersons()
	for _, person := range c.Person {
		persons = append(persons, person.Person)
	}
	emulator, err := claveunica.New(claveunica.Options{Persons: persons})
	if err != nil {
		return asUsage(err)
	}
	listener, err := claveunica.Listen(ctx, c.Listen)
	if errors.Is(err, claveunica.ErrAddress) {
		return asUsage(fmt.Errorf("--listen: %w", err))
	}
	if err != nil {
		return err
	}
	base := "http://" + listener.Addr().String()
	shown := emulated{Authorize: base + claveunica.AuthorizePath, Token: base + claveunica.TokenPath, Userinfo: base + claveunica.UserinfoPath}
	for _, person := range persons {
		token, err := emulator.Issue(person.RUT)
		if err != nil {
			return errors.Join(err, listener.Close())
		}
		shown.Persons = append(shown.Persons, emulatedToken{person.RUT, person.FullName(), token})
	}
	if err := c.print(out, shown); err != nil {
		return errors.Join(fmt.Errorf("printing the endpoints: %w", err), listener.Close())
	}
	return emulator.Serve(ctx, listener)
}

func (c claveUnicaCmd) print(out io.Writer, shown emulated) error {
	if c.JSON {
		return json.NewEncoder(out).Encode(shown)
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "authorize\t%s\ntoken\t%s\nuserinfo\t%s\n\nRUT\tNAME\tACCESS TOKEN\n", shown.Authorize, shown.Token, shown.Userinfo)
	for _, person := range shown.Persons {
		fmt.Fprintf(table, "%s\t%s\t%s\n", person.RUT, person.Name, person.AccessToken)
	}
	return table.Flush()
}
