// Package store keeps the catalogue of benefits: categories, the facts that rules may use, versions of benefits with their
// life, and the history of all this, on SQLite and PostgreSQL. Times are kept to the millisecond.
package store
