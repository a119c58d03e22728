// Package store keeps identity's records in SQL: one text of each query for SQLite and PostgreSQL.
//
// Every change is entered in the access log within its own transaction. Times are Unix milliseconds, dates are texts like
// "2006-01-02", and what is absent is an empty text, except where null says "not yet". Methods fail with the classes of
// errors of pkg/store; storetest has the obligations of each as a suite for both engines.
package store
