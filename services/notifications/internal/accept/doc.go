// Package accept takes what providers want delivered: it holds a request against the contract, the provider's subscription and what can be
// reached, and answers once the dispatch is durable. Concurrent calls share commits.
package accept
