// Package egress calls addresses that strangers have chosen, or that lead to them: webhooks, callbacks and partners' own endpoints. It reaches the public
// Internet and the networks that operators allow, never the platform's own.
package egress
