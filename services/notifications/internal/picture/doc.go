// Package picture makes what a provider sends as a picture safe to show: it is decoded within bounds and written anew, so that nothing is left
// of it but what can be seen.
package picture
