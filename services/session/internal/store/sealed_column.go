package store

import (
	"strconv"
	"strings"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// sealedColumn is where sealed texts are stored, by the columns of the table's key.
type sealedColumn struct {
	table  string
	key    []string
	column string
	// scan reads a row of key and column, and returns the key's values and what seals the text anew.
	scan func(sqlstore.Scanner) (sealedText, error)
}

// sealedText is a sealed text with its key.
type sealedText struct {
	key    []any
	reseal func() (resealed []byte, changed bool, err error)
}

// selectSome reads some behind a key, whose values come before the limit; the first when behind is false.
func (c sealedColumn) selectSome(behind bool) string {
	key, condition, limit := strings.Join(c.key, ", "), `length(`+c.column+`) > 0`, 1
	if behind {
		condition += ` AND (` + key + `) > (` + placeholders(1, len(c.key)) + `)`
		limit += len(c.key)
	}
	return `SELECT ` + key + `, ` + c.column + ` FROM ` + c.table + ` WHERE ` + condition + ` ORDER BY ` + key + ` LIMIT $` + strconv.Itoa(limit)
}

func (c sealedColumn) update() string {
	return `UPDATE ` + c.table + ` SET ` + c.column + ` = $1 WHERE (` + strings.Join(c.key, ", ") + `) = (` + placeholders(2, len(c.key)) + `)`
}

// placeholders are so many, from one on.
func placeholders(from, count int) string {
	all := make([]string, count)
	for i := range all {
		all[i] = `$` + strconv.Itoa(from+i)
	}
	return strings.Join(all, ", ")
}

// sealedColumns are all that the store has sealed.
func sealedColumns(reseals Reseals) []sealedColumn {
	return []sealedColumn{
		{"integration", []string{"integration_key"}, "secrets", func(row sqlstore.Scanner) (sealedText, error) {
			var key string
			var sealed []byte
			err := row.Scan(&key, &sealed)
			return sealedText{[]any{key}, func() ([]byte, bool, error) { return reseals.Integration(key, sealed) }}, err
		}},
		{"beneficiary_record", []string{"beneficiary_id", "integration_key"}, "told", func(row sqlstore.Scanner) (sealedText, error) {
			var id int64
			var key string
			var sealed []byte
			err := row.Scan(&id, &key, &sealed)
			return sealedText{[]any{id, key}, func() ([]byte, bool, error) { return reseals.Record(id, key, sealed) }}, err
		}},
		{"pass_key", []string{"pass_key"}, "context", func(row sqlstore.Scanner) (sealedText, error) {
			var hash, sealed []byte
			err := row.Scan(&hash, &sealed)
			return sealedText{[]any{hash}, func() ([]byte, bool, error) { return reseals.PassKey([32]byte(hash), sealed) }}, err
		}},
		{"signing_key", []string{"name"}, "sealed", func(row sqlstore.Scanner) (sealedText, error) {
			var name string
			var sealed []byte
			err := row.Scan(&name, &sealed)
			return sealedText{[]any{name}, func() ([]byte, bool, error) { return reseals.SharedKey(name, sealed) }}, err
		}},
	}
}
