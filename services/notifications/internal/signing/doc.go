// Package signing keeps the keys that codes and receipts are signed with, and requests digested: one for each use, the same in all replicas, sealed
// where it is stored.
package signing
