// Package watch tells those who watch dispatches what these have become. One loop reads the store for all watches of a replica, so that a watch
// more costs no query more. Changes close together are told as one.
//
// Changes have no order that a reader could follow by a cursor alone: one that was made earlier comes to light later when its transaction ends later,
// or when its replica's clock is behind. So the last seconds are read anew each time, a longer while now and then, and versions are compared.
package watch
