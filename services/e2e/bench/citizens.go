package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/ventanilla/ventanilla/pkg/claveunica"
)

const (
	// signedIn is how many persons have tokens of ClaveÚnica.
	signedIn = 1000
	// mostTokens bounds the tokens that they have at a time.
	mostTokens = 9000
)

// citizenRUT is that of person i of the benefits part.
func citizenRUT(i int) string { return inventedPerson(firstCitizen+i, false).rut }

// claveUnica is a ClaveÚnica of the bench's own, whose tokens are other ones in each round.
type claveUnica struct {
	userinfo string
	persons  []claveunica.Person
	emulator atomic.Pointer[claveunica.Emulator]
}

// signed is a token with whose it is.
type signed struct{ rut, token string }

// startClaveUnica serves one until ctx ends.
func startClaveUnica(ctx context.Context, group *errgroup.Group) (*claveUnica, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", loopback)
	if err != nil {
		return nil, fmt.Errorf("listening for ClaveÚnica's callers: %w", err)
	}
	c := &claveUnica{userinfo: "http://" + listener.Addr().String() + claveunica.UserinfoPath}
	for i := range signedIn {
		c.persons = append(c.persons, claveunica.Person{RUT: citizenRUT(i), GivenNames: []string{"ANA"}, Surnames: []string{"SOTO"}})
	}
	group.Go(func() error {
		return servePlain(ctx, listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { c.emulator.Load().ServeHTTP(w, r) }))
	})
	return c, nil
}

// signIn makes so many tokens, and forgets earlier ones.
func (c *claveUnica) signIn(tokens int) ([]signed, error) {
	emulator, err := claveunica.New(claveunica.Options{Persons: c.persons})
	if err != nil {
		return nil, err
	}
	all := make([]signed, tokens)
	for i := range all {
		rut := c.persons[i%len(c.persons)].RUT
		token, err := emulator.Issue(rut)
		if err != nil {
			return nil, err
		}
		all[i] = signed{rut, token}
	}
	c.emulator.Store(emulator)
	return all, nil
}
