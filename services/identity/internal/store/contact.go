package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/ventanilla/ventanilla/pkg/auditlog"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// PersonContacts are where a person can be reached. The zero value is nobody's.
type PersonContacts struct {
	PersonID string
	// Pseudonym is the person's, for the access log.
	Pseudonym string
	Contacts  []Contact
}

func scanContacts(row sqlstore.Scanner) (p PersonContacts, err error) {
	var contacts string
	if err := row.Scan(&p.PersonID, &p.Pseudonym, &contacts); err != nil {
		return p, err
	}
	p.Contacts, err = parseContacts(contacts)
	return p, err
}

// Contacts returns those of persons of a data set, in the order of their identifiers as they are given; the zero value for one that is nobody's.
// It takes one query.
func (s *Store) Contacts(ctx context.Context, set DataSet, personIDs []string) ([]PersonContacts, error) {
	found, err := sqlstore.Rows(ctx, s.db, scanContacts, s.queries.contacts, set, s.list(personIDs))
	if err != nil {
		return nil, fmt.Errorf("reading contacts: %w", err)
	}
	byID := make(map[string]PersonContacts, len(found))
	for _, p := range found {
		byID[p.PersonID] = p
	}
	all := make([]PersonContacts, len(personIDs))
	for i, id := range personIDs {
		all[i] = byID[id]
	}
	return all, nil
}

// EnterReads enters reads in the access log, all or none.
func (s *Store) EnterReads(ctx context.Context, reads []auditlog.Entry) error {
	return s.db.InTx(ctx, func(tx *sql.Tx) error { return auditlog.AppendAll(ctx, tx, reads) })
}
