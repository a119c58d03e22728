// Package card writes, signs, reads and verifies the text of identity cards (document 002, "Identity QR"):
//
//	iDDi1|TYPE|NUMBER|NAME|PROGRAMME|CODE|FOLIO
//
// and the text of their QR codes: the validator's address, "#", the text, "|", the signature. It knows nothing of persons
// and stores, so that what it decides can be decided offline, by anyone who has the public keys.
package card
