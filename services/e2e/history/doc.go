// Package history tells whether the answers that concurrent callers got of a platform's replicas can be explained. A
// Recorder keeps what was asked about one client, when, and what was answered; Check looks for an order of events that
// gives these answers, and reports those that no order gives.
//
// What is checked are the platform's promises: a change of a registration, a revocation and the retirement of a signing
// key hold at once at the auth replica that answered, and within Honoured everywhere. For one who reads at a replica, a
// change therefore takes effect at some instant between its call and its answer, or Honoured after its answer when it
// was made elsewhere; what is read is read at an instant of the call. A change without an answer may take effect at any
// time from its call on, or never. Nothing is signed anywhere with a key whose retirement was answered. No other answer
// may depend on who else calls, on keys that are rotated, on processes that die or on connections that break.
//
// Operators change a registration one after the other: what is idempotent by contract is tried again when its answer is
// lost, and could undo, the second time, what another operator did meanwhile.
//
// The search is porcupine's, a checker of linearizability.
package history
