package cmp

import "github.com/ventanilla/ventanilla/gateway/dialect"

// For tests that walk the tables.
var (
	Answers = answers
	Fields  = []dialect.Fields{
		issueFields, widgetTokenFields, exchangeFields, evaluateFields, explainFields, citizenFields, accessFields,
	}
	Categories = categories
	Relations  = relations
	Truths     = truths
	Reader     = reader
	Readers    = readers
)

// Texts are the statuses' and the codes' texts of an answer.
func (a answer) Texts() (envelope, oauth string) { return texts[a.status], descriptions[a.oauthCode] }
