package store

import (
	"fmt"
	"testing"
)

func TestPlaceholdersLoseTheirNames(t *testing.T) {
	for query, want := range map[string]string{
		`SELECT 1`: `SELECT 1`,
		`INSERT INTO t VALUES ($1, $2), ($3, $4)`:        `INSERT INTO t VALUES (?, ?), (?, ?)`,
		`SELECT a FROM t WHERE a = $1 AND b <> ''`:       `SELECT a FROM t WHERE a = ? AND b <> ''`,
		`SELECT 'x' || $1 || 'y' || $2`:                  `SELECT 'x' || ? || 'y' || ?`,
		`SELECT a FROM t WHERE a = $2 AND b = $1`:        `SELECT a FROM t WHERE a = $2 AND b = $1`,
		`SELECT a FROM t WHERE a = $1 OR b = $1`:         `SELECT a FROM t WHERE a = $1 OR b = $1`,
		`SELECT a FROM t WHERE a = $1 AND b = '$2'`:      `SELECT a FROM t WHERE a = $1 AND b = '$2'`,
		`SELECT a FROM t WHERE a = $1 AND b = $name`:     `SELECT a FROM t WHERE a = $1 AND b = $name`,
		`SELECT a FROM "t$1" WHERE a = $1`:               `SELECT a FROM "t$1" WHERE a = $1`,
		"SELECT a FROM t -- $1\nWHERE a = $1":            "SELECT a FROM t -- $1\nWHERE a = $1",
		`SELECT a FROM t /* $1 */ WHERE a = $1`:          `SELECT a FROM t /* $1 */ WHERE a = $1`,
		`SELECT a FROM t WHERE a = $1 AND b = '' || '$'`: `SELECT a FROM t WHERE a = $1 AND b = '' || '$'`,
	} {
		if got := nameless(query); got != want {
			t.Errorf("%s: got %s", query, got)
		}
	}
}

func TestKnownTextsAreBounded(t *testing.T) {
	var texts namelessTexts
	for range 2 {
		for n := range maxTexts + 10 {
			if got, want := texts.of(fmt.Sprint(`SELECT $1, `, n)), fmt.Sprint(`SELECT ?, `, n); got != want {
				t.Fatalf("got %s, want %s", got, want)
			}
		}
	}
	known := 0
	texts.known.Range(func(any, any) bool { known++; return true })
	if known != maxTexts {
		t.Errorf("%d texts are known", known)
	}
}
