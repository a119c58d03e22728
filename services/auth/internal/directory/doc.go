// Package directory answers who may do what from memory: it holds all clients,
// operators and revoked tokens, and follows the store, which alone is the truth,
// by its revision. While it hears from the store it is at most a moment behind;
// when it does not, every question goes to the store.
package directory
