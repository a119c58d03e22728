// Package store keeps auth's records: clients and their API keys, operators, revoked tokens, used assertions,
// signing keys and the admin log. What it promises, on SQLite and on PostgreSQL alike, is what package storetest checks:
//
//   - Every change of a client, an operator or a revocation takes the next number of one counter, in its own
//     transaction, and the counter's row stays locked until that transaction has ended. Changes therefore happen
//     one after the other, and become visible in the order of their numbers.
//   - Whoever follows the changes reads Head first, then from each table what came after its last cursor,
//     and takes that Head as its next cursor. It then misses nothing; it may see a change twice.
//   - A change and its entry in the admin log are made together or not at all. An entry holds no secret.
//   - A deleted client is found by nobody who asks for it, but stays among the changes, disabled and of a new
//     epoch, until DeleteTombstones drops it.
//   - An assertion serves one attempt, on whichever replica.
//   - There is at most one active signing key for each use, and all replicas get the same.
//   - Text is compared and ordered by its bytes. Times are kept to the millisecond, in UTC.
//   - Errors have the classes of pkg/store: ErrNotFound, ErrConflict, ErrUnavailable.
//
// The caller keeps text valid: UTF-8 without NUL. Lookups accept anything, and do not find what
// cannot be stored.
package store
