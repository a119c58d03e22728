package cmp

// For tests that walk the tables.
var (
	Answers = answers
	Fields  = issueFields
)

// Texts are the statuses' and the codes' texts of an answer.
func (a answer) Texts() (envelope, oauth string) { return texts[a.status], descriptions[a.oauthCode] }
