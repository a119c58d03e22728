package notifications_test

import (
	"context"
	"sync"

	"google.golang.org/grpc"

	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// directory stands for the identity service: contacts of persons by person_id.
type directory struct {
	mu     sync.Mutex
	known  map[string][]*identityv1.Contact
	asked  int
	failed error
}

// calls counts those so far.
func (d *directory) calls() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.asked
}

// fails makes calls fail from now on; nil for none.
func (d *directory) fails(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.failed = err
}

// knows enters a person.
func (d *directory) knows(personID string, contacts ...*identityv1.Contact) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.known[personID] = contacts
}

// GetContacts answers with those that are known, and an empty one for others.
func (d *directory) GetContacts(_ context.Context, in *identityv1.GetContactsRequest, _ ...grpc.CallOption) (*identityv1.GetContactsResponse, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked++
	if d.failed != nil {
		return nil, d.failed
	}
	answer := &identityv1.GetContactsResponse{}
	for _, id := range in.GetPersonIds() {
		person := &identityv1.PersonContacts{}
		if contacts, ok := d.known[id]; ok {
			person.PersonId, person.Contacts = id, contacts
		}
		answer.Persons = append(answer.Persons, person)
	}
	return answer, nil
}
