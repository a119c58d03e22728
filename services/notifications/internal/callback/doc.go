// Package callback tells providers what becomes of their dispatches: it makes the calls that wait in the store, signed (Standard Webhooks), until
// they are taken or a day has passed. A provider that does not answer holds up its own calls only.
package callback
