package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// Profile is what the holder of a card is to the institution.
type Profile struct {
	GivenNames, FirstSurname, SecondSurname string
	Contacts                                []Contact
	PhotoURL                                string
	PhotoAccepted, MobileIdentity           bool
	// Memberships are those that have not ended, oldest first.
	Memberships []ProfileMembership
}

// ProfileMembership is a membership with the names of its codes.
type ProfileMembership struct {
	Membership
	ProgrammeName, AcademicUnitName, DepartmentName string
}

// selectProfile has a row for each membership, and one without where there is none. Each join is by a whole key.
const selectProfile = `SELECT p.given_names, p.first_surname, p.second_surname, p.contacts, p.photo_url, p.photo_accepted, p.mobile_identity,
	COALESCE(m.membership_id, ''), COALESCE(m.type, ''), COALESCE(m.number, ''), COALESCE(m.programme, ''), COALESCE(m.academic_unit, ''),
	COALESCE(m.department, ''), COALESCE(m.entity, ''), COALESCE(m.term, ''), COALESCE(m.status, ''), COALESCE(m.position, ''),
	COALESCE(m.hired_on, ''), COALESCE(m.salary_level, ''), COALESCE(m.valid_until, ''), COALESCE(m.created_at, 0), COALESCE(m.updated_at, 0),
	COALESCE(programme.name, ''), COALESCE(unit.name, ''), COALESCE(department.name, ''),
	EXISTS (SELECT 1 FROM card WHERE card.membership_id = m.membership_id AND card.revoked_at IS NULL
		AND (card.expires_at IS NULL OR card.expires_at > $1))
	FROM person AS p
	LEFT JOIN membership AS m ON m.person_id = p.person_id AND m.ended_at IS NULL
	LEFT JOIN catalogue_entry AS programme
		ON programme.data_set = p.data_set AND programme.catalogue = 'programmes' AND programme.code = m.programme
	LEFT JOIN catalogue_entry AS unit
		ON unit.data_set = p.data_set AND unit.catalogue = 'academic_units' AND unit.code = m.academic_unit
	LEFT JOIN catalogue_entry AS department
		ON department.data_set = p.data_set AND department.catalogue = 'departments' AND department.code = m.department
	WHERE p.person_id = $2 ORDER BY m.membership_id`

// Profile finds a person's, in one read. It fails with sqlstore.ErrNotFound.
func (s *Store) Profile(ctx context.Context, personID string) (Profile, error) {
	var p Profile
	var contacts string
	rows, err := sqlstore.Rows(ctx, s.db, func(row sqlstore.Scanner) (m ProfileMembership, err error) {
		var created, updated int64
		err = row.Scan(&p.GivenNames, &p.FirstSurname, &p.SecondSurname, &contacts, &p.PhotoURL, &p.PhotoAccepted, &p.MobileIdentity,
			&m.ID, &m.Type, &m.Number, &m.Programme, &m.AcademicUnit, &m.Department, &m.Entity, &m.Term, &m.Status, &m.Position,
			&m.HiredOn, &m.SalaryLevel, &m.ValidUntil, &created, &updated, &m.ProgrammeName, &m.AcademicUnitName, &m.DepartmentName, &m.HasCard)
		m.PersonID, m.CreatedAt, m.UpdatedAt = personID, time.UnixMilli(created).UTC(), time.UnixMilli(updated).UTC()
		return m, err
	}, selectProfile, s.now().UnixMilli(), personID)
	switch {
	case err != nil:
		return p, fmt.Errorf("reading a profile: %w", err)
	case len(rows) == 0:
		return p, fmt.Errorf("reading a profile: %w", sqlstore.ErrNotFound)
	case rows[0].ID != "":
		p.Memberships = rows
	}
	if contacts == "" {
		return p, nil
	}
	if err := json.Unmarshal([]byte(contacts), &p.Contacts); err != nil {
		return p, fmt.Errorf("reading a profile's contacts: %w", err)
	}
	return p, nil
}
