package store

// What the store asks for, for the test of its plans.
const (
	SelectPublished = selectPublished
	SelectRevision  = selectRevision
	SelectNewest    = selectNewest
	SelectVersion   = selectVersion
	SelectHistory   = selectHistory
	SelectLast      = selectLast
	SelectRelying   = selectRelying
)

// SelectVersions is the query of a list.
func SelectVersions(f Filter) (query string, args []any) { return selectVersions(f) }
