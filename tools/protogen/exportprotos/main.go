// Command exportprotos writes the third-party .proto files that the contracts
// import, printed from the descriptors compiled into their Go packages. Their
// versions are thus pinned by this module's go.sum, and no schema registry is
// needed.
package main

import (
	"fmt"
	"os"
	"strings"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"github.com/grpc-ecosystem/grpc-gateway/v2/protoc-gen-openapiv3/options"
	"github.com/jhump/protoreflect/desc" //nolint:staticcheck // protoprint takes these descriptors
	"github.com/jhump/protoreflect/desc/protoprint"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/genproto/googleapis/api/httpbody"
	"google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/protobuf/reflect/protoreflect"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: exportprotos DIR")
		os.Exit(2)
	}
	if err := export(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "exportprotos:", err)
		os.Exit(1)
	}
}

// export replaces dir by the exported files.
func export(dir string) error {
	files, err := withImports(
		annotations.File_google_api_annotations_proto,
		annotations.File_google_api_field_behavior_proto,
		code.File_google_rpc_code_proto,
		errdetails.File_google_rpc_error_details_proto,
		httpbody.File_google_api_httpbody_proto,
		options.File_protoc_gen_openapiv3_options_annotations_proto,
		validate.File_buf_validate_validate_proto,
	)
	if err != nil {
		return err
	}
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("emptying %s: %w", dir, err)
	}
	printer := protoprint.Printer{Compact: true}
	if err := printer.PrintProtosToFileSystem(files, dir); err != nil {
		return fmt.Errorf("printing to %s: %w", dir, err)
	}
	return nil
}

// withImports returns the given files and all that they import, except the
// google/protobuf ones, which every compiler brings along.
func withImports(roots ...protoreflect.FileDescriptor) ([]*desc.FileDescriptor, error) {
	var files []*desc.FileDescriptor
	seen := map[string]bool{}
	var visit func(protoreflect.FileDescriptor) error
	visit = func(fd protoreflect.FileDescriptor) error {
		if seen[fd.Path()] || strings.HasPrefix(fd.Path(), "google/protobuf/") {
			return nil
		}
		seen[fd.Path()] = true
		file, err := desc.WrapFile(fd)
		if err != nil {
			return fmt.Errorf("reading descriptor of %s: %w", fd.Path(), err)
		}
		files = append(files, file)
		for i := range fd.Imports().Len() {
			if err := visit(fd.Imports().Get(i).FileDescriptor); err != nil {
				return err
			}
		}
		return nil
	}
	for _, root := range roots {
		if err := visit(root); err != nil {
			return nil, err
		}
	}
	return files, nil
}
