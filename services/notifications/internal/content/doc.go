// Package content is what a dispatch says, as the store's table content keeps it.
package content
