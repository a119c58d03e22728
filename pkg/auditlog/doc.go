// Package auditlog keeps a tamper-evident log in a service's own SQL database.
//
// Entries are written in the transaction of what they tell of (Append), or by a Recorder, whose entries share
// commits with their neighbours. A Sealer turns committed entries into the leaves of a Merkle tree (RFC 6962, 2.1)
// and signs the tree's root: the checkpoint (c2sp.org/tlog-checkpoint). A leaf is the text of its entry, which is
// written once and stored as it is. Verify recomputes everything from the texts and names what was changed, removed,
// inserted or reordered after it was sealed. What nobody can see is a change of entries that are not sealed yet.
//
// Leaves are numbered when they are sealed, one after the other, whatever transactions were rolled back or committed
// late. Without the signing key, the database alone can at most be set back to an earlier checkpoint; a later one
// that was kept elsewhere shows it. With the key, history can be written anew; a checkpoint kept elsewhere shows that
// too.
//
// The tables belong to the service's migrations. Package storetest has them for both engines, and checks them:
//
//   - log_entry: number (rises from insert to insert), leaf (null until sealed, unique), text, and beside it for
//     lists only at (Unix milliseconds), actor, act, target.
//   - log_hash: the tree's hashes in the order of tlog.StoredHashIndex, 64 to a block of 2048 bytes.
//   - log_checkpoint: size and signed note of each tree.
//   - log_head: one row, id 1, with the number of leaves. Whoever seals holds its lock.
package auditlog
