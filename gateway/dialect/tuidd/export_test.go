package tuidd

import "github.com/ventanilla/ventanilla/gateway/dialect"

// For tests that walk the tables.
var (
	Answers = answers
	Fields  = []dialect.Fields{dispatchFields, batchFields, listFields}
)

// For tests of the decoder.
var ReadService = readService
