// Package rpcerr is the platform's one error vocabulary: an error has a reason
// (proto/api/ventanilla/errors/v1), and the reason has a gRPC code. On the wire
// it is a google.rpc.Status with an ErrorInfo of the domain "ventanilla" and,
// where they apply, BadRequest and RetryInfo (google/rpc/error_details.proto).
//
// Services make errors with [New] and [Wrap]. Whoever holds an error, its own
// or one that a call returned, reads it with [Reason], [Fields], [Metadata],
// [Delay] and [Cause]. [Public] decides what may leave a service.
package rpcerr
