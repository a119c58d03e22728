package native

import "github.com/ventanilla/ventanilla/gateway/dialect"

// For tests that walk the tables.
var (
	Answers = answers
	Fields  = []dialect.Fields{issueFields, revokeFields, evaluateFields, explainFields, evaluateStreamFields}
)
