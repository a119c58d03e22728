package storetest

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

var customerChecks = checks{
	"a customer is kept whole":               aCustomerIsKeptWhole,
	"a change of a customer is written":      aChangeOfACustomerIsWritten,
	"a tax number is one customer's":         aTaxNumberIsOneCustomers,
	"a customer is linked, which is entered": aCustomerIsLinked,
	"customers are bounded":                  customersAreBounded,
	"customers are counted one at a time":    customersAreCounted,
}

func whole(organisationID int64) store.Customer {
	return store.Customer{
		OrganisationID: organisationID, LegalName: "Ñandú «S.A.»", TradeName: "t", CUIT: "30712345671", DNI: "12345678",
		Postal: store.Address{Street: "a", City: "b", PostalCode: "c", Province: "d", Country: "e"},
		Fiscal: store.Address{Street: "f", City: "g", PostalCode: "h", Province: "i", Country: "j"}, DeliveryAddress: "k", Phone: "l", Email: "m", Inactive: true,
		Since: "2026-01-02", PaymentTerms: 3, VATCondition: 4, VATRate: "10.5", LedgerAccount: "n", CreditAccount: "o",
	}
}

func aCustomerIsKeptWhole(t *testing.T, b *bench) {
	o, other := employ(t, b, store.Production, "uno"), employ(t, b, store.Production, "dos")
	want := whole(o.ID)
	entered := want
	entered.PersonID = "somebody"
	got, err := b.CreateCustomer(ctx, entered)
	check(t, err)
	want.ID, want.CreatedAt, want.UpdatedAt = got.ID, b.clock.Now(), b.clock.Now()
	wantSame(t, "entered", got, want)
	read, err := b.Customer(ctx, o.ID, got.ID)
	check(t, err)
	wantSame(t, "read", read, want)
	_, err = b.Customer(ctx, other.ID, got.ID)
	wantClass(t, "another organisation's", err, store.ErrNoCustomer)
	_, err = b.CreateCustomer(ctx, whole(o.ID+1000))
	wantClass(t, "of no organisation", err, store.ErrNoOrganisation)
}

func aChangeOfACustomerIsWritten(t *testing.T, b *bench) {
	o, other := employ(t, b, store.Production, "uno"), employ(t, b, store.Production, "dos")
	c, err := b.CreateCustomer(ctx, store.Customer{OrganisationID: o.ID, LegalName: "before"})
	check(t, err)
	b.clock.Advance(time.Hour)
	change := func(c *store.Customer) error {
		*c = whole(other.ID)
		c.PersonID = "somebody"
		return nil
	}
	first, err := b.UpdateCustomer(ctx, o.ID, c.ID, change)
	check(t, err)
	want := whole(o.ID)
	want.ID, want.CreatedAt, want.UpdatedAt = c.ID, c.CreatedAt, b.clock.Now()
	wantSame(t, "changed", first, want)
	b.clock.Advance(time.Hour)
	again, err := b.UpdateCustomer(ctx, o.ID, c.ID, change)
	check(t, err)
	wantSame(t, "changed again", again, want)
	refused := errors.New("refused")
	_, err = b.UpdateCustomer(ctx, o.ID, c.ID, func(c *store.Customer) error { c.LegalName = "after"; return refused })
	wantClass(t, "a change that fails", err, refused)
	_, err = b.UpdateCustomer(ctx, other.ID, c.ID, change)
	wantClass(t, "another organisation's", err, store.ErrNoCustomer)
	read, err := b.Customer(ctx, o.ID, c.ID)
	check(t, err)
	wantSame(t, "read", read, want)
}

func aTaxNumberIsOneCustomers(t *testing.T, b *bench) {
	o, other := employ(t, b, store.Production, "uno"), employ(t, b, store.Production, "dos")
	for range 2 { // without one there may be many
		_, err := b.CreateCustomer(ctx, store.Customer{OrganisationID: o.ID})
		check(t, err)
	}
	_, err := b.CreateCustomer(ctx, whole(o.ID))
	check(t, err)
	_, err = b.CreateCustomer(ctx, whole(other.ID))
	check(t, err)
	_, err = b.CreateCustomer(ctx, whole(o.ID))
	wantClass(t, "a second", err, store.ErrCUITTaken)
	wantClass(t, "a second", err, sqlstore.ErrConflict)
	c, err := b.CreateCustomer(ctx, store.Customer{OrganisationID: o.ID})
	check(t, err)
	_, err = b.UpdateCustomer(ctx, o.ID, c.ID, func(c *store.Customer) error { c.CUIT = "30712345671"; return nil })
	wantClass(t, "a change to it", err, store.ErrCUITTaken)
}

func aCustomerIsLinked(t *testing.T, b *bench) {
	o, other := employ(t, b, store.Production, "uno"), employ(t, b, store.Production, "dos")
	c, err := b.CreateCustomer(ctx, whole(o.ID))
	check(t, err)
	for _, person := range []string{"p1", "p1", "p2", ""} {
		b.clock.Advance(time.Minute)
		if c.PersonID != person {
			c.PersonID, c.UpdatedAt = person, b.clock.Now()
		}
		check(t, b.LinkCustomer(ctx, "ana", store.Production, o.ID, c.ID, person))
		read, err := b.Customer(ctx, o.ID, c.ID)
		check(t, err)
		wantSame(t, "linked", read, c)
	}
	wantClass(t, "another organisation's", b.LinkCustomer(ctx, "ana", store.Production, other.ID, c.ID, "p1"), store.ErrNoCustomer)
	var got []string
	for _, e := range b.events(t, fmt.Sprint("organisation/", o.ID, "/customer/", c.ID)) {
		got = append(got, e.Actor+" "+e.Act+" "+e.Before+" "+e.After)
	}
	one, two := shown("p1"), shown("p2")
	wantSame(t, "events", got, []string{"ana LinkCustomer {} " + one, "ana LinkCustomer " + one + " " + two, "ana LinkCustomer " + two + " {}"})
}

// shown is what events have of a person of production.
func shown(personID string) string {
	digest := sha256.Sum256([]byte("production\x00" + personID))
	return fmt.Sprintf(`{"person":"%x"}`, digest)
}

func customersAreBounded(t *testing.T, b *bench) {
	o := employ(t, b, store.Production, "full")
	_, err := b.db.Write.ExecContext(ctx, `UPDATE organisation SET customers = $2 WHERE organisation_id = $1`, o.ID, store.MaxCustomers-1)
	check(t, err)
	_, err = b.CreateCustomer(ctx, whole(o.ID))
	check(t, err)
	_, err = b.CreateCustomer(ctx, store.Customer{OrganisationID: o.ID})
	wantClass(t, "one too many", err, store.ErrTooManyCustomers)
}

// Those that are refused are not counted.
func customersAreCounted(t *testing.T, b *bench) {
	o := employ(t, b, store.Production, "busy")
	var running sync.WaitGroup
	for range 4 {
		running.Go(func() {
			for n := range 3 {
				c := store.Customer{OrganisationID: o.ID}
				if n == 0 {
					c = whole(o.ID) // one of four is entered
				}
				if _, err := b.CreateCustomer(ctx, c); err != nil && !errors.Is(err, store.ErrCUITTaken) {
					t.Error(err)
				}
			}
		})
	}
	running.Wait()
	counted, err := sqlstore.Row(ctx, b.db, sqlstore.Value[int64], `SELECT customers FROM organisation WHERE organisation_id = $1`, o.ID)
	check(t, err)
	wantSame(t, "counted", counted, int64(4*2+1))
}
