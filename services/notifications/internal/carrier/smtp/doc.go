// Package smtp carries messages of the channel EMAIL: by a mail server, whose answers are read by a table, and whose bounces come back to
// package bounce.
//
// Mail has no header List-Unsubscribe: RFC 8058 wants an address that ends advertisements with one call and nothing else, and the platform has
// none. Recipients refuse advertisements with their wishes.
package smtp
