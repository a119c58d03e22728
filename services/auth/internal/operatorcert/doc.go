// Package operatorcert writes and reads the short-lived client certificates that
// are the credentials of operators. One names its operator and the operator's
// epoch, so that disabling an operator voids those already issued.
package operatorcert
