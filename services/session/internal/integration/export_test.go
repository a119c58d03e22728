package integration

import "encoding/json"

// Object is object, for the fuzz target.
func Object(text []byte) (json.RawMessage, error) { return object(text) }

// Find is find, for the fuzz target.
func (p Pointer) Find(in json.RawMessage) (json.RawMessage, bool) { return p.find(in) }

// Fill is fill, and AsForm and AsObject write what it makes; for the fuzz target.
func (w Words) Fill(parameters []NamedValue) []NamedValue { return w.fill(parameters) }

// AsForm is asForm.
func AsForm(parameters []NamedValue) string { return asForm(parameters) }

// AsObject is asObject.
func AsObject(parameters []NamedValue) ([]byte, error) { return asObject(parameters) }
