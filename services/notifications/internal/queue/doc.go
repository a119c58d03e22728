// Package queue works on items that wait in a store, under leases: it claims as many as there is room for, renews the leases of those in
// hand, and lets them finish when it stops. Where the items are and what is done with them is its user's.
package queue
