// Package keys holds auth's private keys: those that sign access tokens, one for each algorithm, the one that signs
// internal tokens, the secret of widget tokens, the one that signs checkpoints of the admin log, and the authority that signs operators'
// certificates. They are kept in the store, sealed under the key-encryption key, and shared by all replicas. A Ring is
// one replica's view of them, which whoever follows the store keeps current.
package keys
