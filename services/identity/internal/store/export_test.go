package store

// The queries whose plans are checked.
const (
	SelectProfile = selectProfile
	SelectPersons = selectPersons
)
