// Package session keeps who calls in whose name (ventanilla.session.v1): developers and users with their sessions, organisations and their
// customers (document 004), and the beneficiaries of apps, whom pass keys hand over from one system to another (document 003).
//
// A session is a matter of the store alone: every check reads it there, so that one replica's word is all replicas'. What it does for persons on record it
// has the other services do, in its own name.
package session
