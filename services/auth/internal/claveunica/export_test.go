package claveunica

// Read is for the fuzz target.
var Read = read
