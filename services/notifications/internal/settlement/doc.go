// Package settlement reads what the payment provider tells of payment requests: signed calls in the form of Standard Webhooks.
package settlement
