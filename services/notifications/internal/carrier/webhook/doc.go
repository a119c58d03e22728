// Package webhook carries messages of the channel WEBHOOK: signed calls (Standard Webhooks) of addresses that recipients have given. The
// id in the body and in webhook-id is that of the part, the same in every attempt, so that a callee knows a repeated call.
package webhook
