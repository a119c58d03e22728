// Package keyring seals private keys before they are stored, with AES-256-GCM
// under a key-encryption key (KEK) that lives outside the database: in a file
// that only its owner may read, or in the environment.
package keyring
