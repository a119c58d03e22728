// Package ratelimit counts calls in token buckets: each call takes a token, and
// tokens come back at a steady rate. Buckets are those of the process (Local), or
// shared by all processes through Redis (Shared), which counts in its own while
// Redis is away: a limiter never fails a call and never holds it up.
package ratelimit
