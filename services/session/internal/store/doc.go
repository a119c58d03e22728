// Package store keeps accounts, sessions, organisations, customers, functionalities, integrations, beneficiaries and pass keys. Its obligations are those of its methods'
// comments; package storetest checks them on both engines.
package store
