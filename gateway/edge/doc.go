// Package edge is the platform's door: it listens for partners, and does for
// every family what all of them share. It knows families as values only.
//
// A request passes a chain of named stages (see chain.go). Transport, path,
// method, Accept, request type, announced size, the operators' switches, rate
// and size are checked here, in that order; what passes is the family's.
// Refusals go through the family's own WriteError, so that each partner sees
// the error shape of its own document.
package edge
