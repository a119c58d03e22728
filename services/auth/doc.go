// Package auth is the service that knows who may do what: it registers partners'
// OAuth clients and the platform's operators, issues, checks and revokes access
// tokens, and turns every credential from outside into the internal token that the
// platform's other services accept (ventanilla.auth.v1).
//
// Its database is the truth. Each replica answers from a view of it in memory
// (internal/directory) that follows within a fraction of a second; when the view
// cannot be relied on, the database is asked for each call, and when that is away
// too, the answer is UNAVAILABLE, never "valid".
package auth
