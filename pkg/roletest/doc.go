// Package roletest runs replicas of a service in tests: over mTLS and real gRPC, with the service's own rules, its store on SQLite or
// PostgreSQL, and internal tokens of an auth service that the test plays.
package roletest
