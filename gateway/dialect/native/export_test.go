package native

// For tests that walk the tables.
var (
	Answers = answers
	Fields  = revokeFields
)
