// Package keys holds auth's private keys: the RSA key that signs partners' access
// tokens, the P-256 key that signs internal tokens, the authority that signs operators'
// certificates, and the Ed25519 key that signs checkpoints of the admin log. They are made at the first start, kept in the store
// sealed under the key-encryption key, and shared by all replicas.
package keys
