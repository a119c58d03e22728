// Package message has the words that all parts of the dispatcher share: channels, kinds of parts, statuses, outcomes of attempts, and
// what a carrier is given to send. The words are those that the store keeps.
package message
