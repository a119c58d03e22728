package store

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"time"
)

func fromMilli(at int64) time.Time { return time.UnixMilli(at).UTC() }

// toMilli writes the zero time as 0, for never.
func toMilli(at time.Time) int64 {
	if at.IsZero() {
		return 0
	}
	return at.UnixMilli()
}

// orNever reads what toMilli wrote.
func orNever(at int64) time.Time {
	if at == 0 {
		return time.Time{}
	}
	return fromMilli(at)
}

// list is a list of texts in a column of JSON.
type list []string

// Value writes a list that is nil as an empty one.
func (l list) Value() (driver.Value, error) {
	if len(l) == 0 {
		return "[]", nil
	}
	text, err := json.Marshal([]string(l))
	return string(text), err
}

// Scan reads an empty list as nil.
func (l *list) Scan(column any) error {
	text, ok := column.(string)
	if !ok {
		return fmt.Errorf("a list in a column of %T", column)
	}
	if text == "[]" {
		*l = nil
		return nil
	}
	return json.Unmarshal([]byte(text), (*[]string)(l))
}
