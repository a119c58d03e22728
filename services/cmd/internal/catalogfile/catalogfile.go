// Package catalogfile reads and writes files with a part of the catalogue of benefits, as docs/catalogue.md describes them. Keys
// and words follow from the contract (ventanilla.benefits.v1): what a message may have, a file may have, and nothing else. It reads and
// writes a message of another contract in the same way.
package catalogfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
	"google.golang.org/protobuf/reflect/protoreflect"

	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
)

// MaxFile bounds a file, in bytes: as much as a call takes.
const MaxFile = 1 << 20

// maxFaults bounds how many faults of a file are told.
const maxFaults = 20

// Files are those that were read, as one part of a catalogue.
type Files struct {
	// Import is what they say.
	Import *benefitsv1.ImportRequest
	places map[string]Place
}

// Place is where something is written.
type Place struct {
	File string
	Line int
}

// String is as editors and compilers write it.
func (p Place) String() string { return fmt.Sprintf("%s:%d", p.File, p.Line) }

// New returns no files yet.
func New() *Files {
	return &Files{Import: &benefitsv1.ImportRequest{}, places: map[string]Place{}}
}

// Add reads a file's text. It fails with all that is wrong with it, each fault with its line.
func (f *Files) Add(name string, text []byte) error {
	if len(text) > MaxFile {
		return fmt.Errorf("%s: is longer than %d KiB: part it", name, MaxFile>>10)
	}
	root, err := parse(name, text, f.Import.ProtoReflect().Descriptor())
	if err != nil {
		return err
	}
	reader := &reader{file: name, places: f.places}
	reader.message(f.Import.ProtoReflect(), root, "")
	return errors.Join(reader.faults...)
}

// Place is where a field of Import is written, or the nearest around it; false when no file has it.
func (f *Files) Place(field string) (Place, bool) {
	for field != "" {
		if place, known := f.places[field]; known {
			return place, true
		}
		field = field[:max(strings.LastIndexAny(field, ".["), 0)]
	}
	return Place{}, false
}

// parse returns what the only document of a file, with a message, has.
func parse(name string, text []byte, of protoreflect.MessageDescriptor) (*yaml.Node, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var document, another yaml.Node
	err := decoder.Decode(&document)
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: is empty: it must have %s", name, strings.Join(slices.Collect(keys(of)), ", "))
	}
	if err == nil {
		err = decoder.Decode(&another)
	}
	switch {
	case errors.Is(err, io.EOF):
		return document.Content[0], nil
	case err == nil:
		return nil, fmt.Errorf("%s:%d: another document begins here: make it a file of its own", name, another.Line)
	}
	message := strings.TrimPrefix(err.Error(), "yaml: ")
	if number, says, found := strings.Cut(strings.TrimPrefix(message, "line "), ": "); found && message[0] == 'l' {
		return nil, fmt.Errorf("%s:%s: is not YAML: %s", name, number, says)
	}
	return nil, fmt.Errorf("%s: is not YAML: %s", name, message)
}
