// Command protoc-gen-wire-openapi is protoc-gen-openapiv3, which it runs from
// its own folder, with the partners' wire rules applied to what that writes:
// 64-bit integers are JSON numbers, and the options of wire/v1/wire.proto hold. It writes no document for a file whose
// document is written by hand.
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/pluginpb"
)

func main() {
	if err := run(context.Background(), os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "protoc-gen-wire-openapi:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, stdin io.Reader, stdout io.Writer) error {
	request, err := io.ReadAll(stdin)
	if err != nil {
		return fmt.Errorf("reading request: %w", err)
	}
	rules, err := readRules(request)
	if err != nil {
		return err
	}
	response, err := generate(ctx, request)
	if err != nil {
		return err
	}
	response.File = slices.DeleteFunc(response.File, func(file *pluginpb.CodeGeneratorResponse_File) bool {
		return rules.byHand[strings.TrimSuffix(file.GetName(), ".openapi.json")+".proto"]
	})
	for _, file := range response.GetFile() {
		content, err := rules.apply([]byte(file.GetContent()))
		if err != nil {
			return fmt.Errorf("amending %s: %w", file.GetName(), err)
		}
		file.Content = new(string(content))
	}
	out, err := proto.Marshal(response)
	if err != nil {
		return fmt.Errorf("encoding response: %w", err)
	}
	_, err = stdout.Write(out)
	return err
}

// generate runs protoc-gen-openapiv3.
func generate(ctx context.Context, request []byte) (*pluginpb.CodeGeneratorResponse, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("finding own folder: %w", err)
	}
	command := exec.CommandContext(ctx, filepath.Join(filepath.Dir(self), "protoc-gen-openapiv3")) //nolint:gosec // the program beside this one
	command.Stdin = bytes.NewReader(request)
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("running protoc-gen-openapiv3: %w", err)
	}
	response := new(pluginpb.CodeGeneratorResponse)
	if err := proto.Unmarshal(out, response); err != nil {
		return nil, fmt.Errorf("decoding response: %w", err)
	}
	return response, nil
}
