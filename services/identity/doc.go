// Package identity is the service that knows who somebody is: persons with their national identifiers, what they are to
// the institution, their households and social facts, and the signed identity cards that anyone can verify offline
// (ventanilla.identity.v1).
//
// Every read of a person's data is entered in the access log, a Merkle log of pkg/auditlog in the service's own
// database, before the answer leaves; a change is entered in its own transaction. The log knows persons by
// pseudonyms, which are erased with them. Production and staging are two data sets with keys of their own, and what
// belongs to one does not exist in the other.
package identity
