// Package store opens a service's SQL database and keeps what differs between SQLite and PostgreSQL
// out of the services: connections, transactions and their retries, migrations, and the classes of
// errors. SQL itself stays in the services, one text for both engines:
//
//   - placeholders are $1, $2 …
//   - times are BIGINT Unix milliseconds, JSON is TEXT
//   - text columns that are compared or ordered are declared COLLATE "C" on PostgreSQL, which is
//     the order of bytes that SQLite has by itself
//
// SQLite serves one process on one machine. More replicas need PostgreSQL, where each service has a
// schema, and a role, of its own.
package store
