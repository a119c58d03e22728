package store

import "time"

// Place is one in a list by the time that things began at: that of what began then and has the key. The zero value is before the first.
type Place struct {
	At  time.Time
	Key string
}

// Place is the functionality's.
func (f Functionality) Place() Place { return Place{f.CreatedAt, f.Key} }

// Place is the integration's.
func (i Integration) Place() Place { return Place{i.CreatedAt, i.Key} }

// Place is the session's.
func (s Session) Place() Place { return Place{s.OpenedAt, s.ID} }
