// Package rpcserver is the gRPC server of every role. It speaks mTLS only, and
// takes each call through the same chain: telemetry, recovery, errors,
// deadline, peer, identity, roles, validation, and then the handler.
//
// What is not allowed by a [Rule] is refused, and a server with a method that
// has no rule does not start. The health service is open to every peer with a
// certificate of the platform, and so is reflection where it is configured.
package rpcserver
