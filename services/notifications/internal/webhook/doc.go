// Package webhook makes signed calls to addresses that strangers have chosen: webhooks of recipients, and where providers are told of
// changes. Whom it reaches is for package egress to say.
package webhook
