package recipient

import (
	"errors"
	"time"
	_ "time/tzdata" // where there are no files of zones, they are known too

	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/secret"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

// Recipient is what is known of a person. It is shared: whoever has it does not change it.
type Recipient struct {
	// Known tells whether identity knows the person. All else is empty when it does not.
	Known bool
	// Addresses are those of each channel, in the order in which they are tried.
	Addresses map[message.Channel][]message.Address
	// Zone is where the person lives.
	Zone *time.Location
	// RefusesAdvertisements is a wish.
	RefusesAdvertisements bool
}

// Options are what is assumed of persons.
type Options struct {
	// DefaultRegion is the country of telephone numbers without one, as "CL".
	DefaultRegion string
	// DefaultZone is where those live who named no time zone.
	DefaultZone *time.Location
}

// recipient joins what identity and the store know of a person.
func (d *Directory) recipient(contacts *identityv1.PersonContacts, stored store.Recipient) (Recipient, error) {
	if contacts.GetPersonId() == "" {
		return Recipient{}, nil
	}
	r := Recipient{
		Known: true, Addresses: make(map[message.Channel][]message.Address),
		Zone: zone(stored.TimeZone, d.options.DefaultZone), RefusesAdvertisements: stored.RefusesAdvertisements,
	}
	add := func(channel message.Channel, address message.Address) {
		r.Addresses[channel] = append(r.Addresses[channel], address)
	}
	for _, contact := range contacts.GetContacts() {
		switch contact.GetKind() {
		case identityv1.ContactKind_CONTACT_KIND_EMAIL:
			add(message.Email, message.Address{Value: contact.GetValue()})
		case identityv1.ContactKind_CONTACT_KIND_PHONE:
			if number, ok := e164(contact.GetValue(), d.options.DefaultRegion); ok {
				add(message.SMS, message.Address{Value: number})
				add(message.SAT, message.Address{Value: number})
			}
		}
	}
	for _, address := range stored.Addresses {
		to := message.Address{ID: address.ID, Value: address.Value}
		if address.Sealed != nil {
			key, err := secret.OpenKey(d.kek, secret.OfAddress(address.ID), address.Sealed)
			if err != nil {
				return Recipient{}, err
			}
			to.Secret = key
		}
		add(address.Channel, to)
	}
	return r, nil
}

// zone is a named one; that of the platform where there is none of the name any more.
func zone(name string, otherwise *time.Location) *time.Location {
	if zone, err := Zone(name); err == nil {
		return zone
	}
	return otherwise
}

// Zone is the time zone of a name of IANA's.
func Zone(name string) (*time.Location, error) {
	if name == "" || name == "Local" { // which package time knows, and IANA does not
		return nil, errors.New("no name of a time zone")
	}
	return time.LoadLocation(name)
}
