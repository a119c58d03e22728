// Package recipient knows where persons can be reached and what they wish: of identity their telephone numbers and mail addresses, of the
// store the addresses that identity has not. What it read is kept for 30 seconds, in memory only.
package recipient
