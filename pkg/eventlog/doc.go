// Package eventlog is a service's log of what operators changed: each change is entered in the transaction that makes it, and the newest are listed.
//
// The service's schema has the table admin_event, of which rows are only ever added: number, which the database gives, at, actor, act, target, before
// and after.
package eventlog
