// Package webhook makes signed calls to addresses that strangers have chosen: webhooks of recipients, and where providers are told of
// changes. Its client reaches the public Internet and the networks that operators allow, never the platform's own.
package webhook
