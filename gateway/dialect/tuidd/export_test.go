package tuidd

import "github.com/ventanilla/ventanilla/gateway/dialect"

// For tests that walk the tables.
var (
	Answers = answers
	Kinds   = kinds
	Fields  = []dialect.Fields{dispatchFields, batchFields, listFields}
)

// Status is that of an answer but for the introspection endpoint's.
func (a answer) Status() int { return a.status }

// For tests of the decoder.
var ReadService = readService
