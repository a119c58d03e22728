// Package integration calls partners' own endpoints, to log beneficiaries in and to ask about them (document 003, "Orientações gerais"). Nothing that was sent or
// answered is in an error of its, nor in a step that it tells of.
package integration
