package storetest

import "testing"

var schemaChecks = checks{
	"a new database has the schema": func(t *testing.T, open Open) { one(t, open) },
}
