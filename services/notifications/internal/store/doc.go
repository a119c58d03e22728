// Package store keeps providers and what they may consume, dispatches with their parts and attempts, and what else the dispatcher
// remembers, on SQLite and PostgreSQL. The row of a part is also its place in the queue. Times are kept to the millisecond.
package store
