// Package password proves passwords of people: Argon2id, a bounded number at a time, and a short memory of what was proven.
package password
