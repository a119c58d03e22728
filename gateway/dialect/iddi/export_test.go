package iddi

import "github.com/ventanilla/ventanilla/gateway/dialect"

// For tests that walk the tables.
var (
	Answers           = answers
	BadPath           = badPath
	Fields            = []dialect.Fields{issueFields, profileFields, catalogueFields, statusFields}
	Letters           = letters
	Catalogues        = catalogues
	States            = states
	RevocationReasons = revocationReasons
)

// Texts are the text of an answer and the description at the token endpoint.
func (a answer) Texts() (text, oauth string) { return a.text, a.oauthText }

// Code is the code of an answer.
func (a answer) Code() string { return a.code }
