package auditlog

import (
	"encoding/json"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// Leaf is a sealed entry.
type Leaf struct {
	// Index is its place in the tree, from 0; -1 while it is not sealed.
	Index int64
	// Text is the entry's canonical form.
	Text string
	// Hash is what was stored as the leaf's hash at sealing; zero when it is not known.
	Hash tlog.Hash
	// Listed is what lists say of the entry; nil when it is not known. It has no detail.
	Listed *Entry
}

// line is a leaf in an exported file.
type line struct {
	Leaf *int64 `json:"leaf"`
	Hash string `json:"hash"`
	Text string `json:"text"`
}

// Line is the leaf as a line of an exported file, without its end: a JSON object of leaf, hash (base64) and text.
func (l Leaf) Line() ([]byte, error) {
	return json.Marshal(line{&l.Index, l.Hash.String(), l.Text})
}

// ParseLine reads a line of an exported file.
func ParseLine(text []byte) (Leaf, error) {
	var read line
	if err := json.Unmarshal(text, &read); err != nil {
		return Leaf{}, fmt.Errorf("reading a line: %w", err)
	}
	if read.Leaf == nil || *read.Leaf < 0 {
		return Leaf{}, errors.New("reading a line: it names no leaf")
	}
	hash, err := tlog.ParseHash(read.Hash)
	if err != nil {
		return Leaf{}, fmt.Errorf("reading a line: %w", err)
	}
	return Leaf{Index: *read.Leaf, Text: read.Text, Hash: hash}, nil
}
