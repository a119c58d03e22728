// Package keys makes, seals and opens identity's Ed25519 keys: those that sign cards, of each data set its own, and the
// one that signs the access log's checkpoints.
package keys
