// Package widgettoken writes and reads the tokens of cmp's widgets: JWTs with HS256, in the form that the family's document shows.
// Each client has a key of its own, derived from one that rotates, so that a token verifies together with its client's identifier
// alone.
package widgettoken
