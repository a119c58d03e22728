package sandbox

// Tellers bring receipts at the same time.
const Tellers = tellers
