// Command indexdoc writes the documentation of colppy that is made of its contract: the index of provisions and operations, from a
// set of file descriptors on its standard input, and the table of estados. `make generate` runs it:
//
//	buf build proto/partner --as-file-descriptor-set -o - | go run ./gateway/dialect/colppy/indexdoc docs/colppy
package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/ventanilla/ventanilla/gateway/dialect/colppy"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: indexdoc FOLDER < descriptors")
		os.Exit(2)
	}
	if err := run(os.Stdin, os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "indexdoc:", err)
		os.Exit(1)
	}
}

func run(in io.Reader, folder string) error {
	text, err := io.ReadAll(in)
	if err != nil {
		return fmt.Errorf("reading descriptors: %w", err)
	}
	var set descriptorpb.FileDescriptorSet
	if err := proto.Unmarshal(text, &set); err != nil {
		return fmt.Errorf("decoding descriptors: %w", err)
	}
	files, err := protodesc.NewFiles(&set)
	if err != nil {
		return fmt.Errorf("linking descriptors: %w", err)
	}
	var services []protoreflect.ServiceDescriptor
	files.RangeFilesByPackage("colppy.v1", func(file protoreflect.FileDescriptor) bool {
		for i := range file.Services().Len() {
			services = append(services, file.Services().Get(i))
		}
		return true
	})
	if err := os.MkdirAll(folder, 0o755); err != nil { //nolint:gosec // documentation
		return fmt.Errorf("making the folder: %w", err)
	}
	for name, page := range map[string]string{"indice.md": index(services), "estado.md": estados(colppy.Estados(), colppy.Refusals())} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(page), 0o644); err != nil { //nolint:gosec // documentation
			return fmt.Errorf("writing %s: %w", name, err)
		}
	}
	return nil
}

// cell is a text as a table's cell has it.
func cell(text string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(text), " "), "|", `\|`)
}
