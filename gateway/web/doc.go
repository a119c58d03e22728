// Package web serves the platform's pages to browsers. Their sources are in folders beside this file; what is served
// is built from them by `make generate` and committed, so that building the platform needs no Node.
package web
