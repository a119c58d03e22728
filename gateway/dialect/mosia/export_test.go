package mosia

import "github.com/ventanilla/ventanilla/gateway/dialect"

// For tests that walk the tables.
var (
	Answers   = answers
	Relations = relations
	Relation  = relation
	Fields    = []dialect.Fields{
		userFields, householdFields, deviceFields, openFields, submitFields, authenticateFields, logInFields, messageFields,
	}
)

// Status is the status of an answer, Text its text.
func (a answer) Status() int  { return a.status }
func (a answer) Text() string { return a.text }
