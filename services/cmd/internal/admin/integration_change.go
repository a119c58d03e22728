package admin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

// CreateIntegration enters an integration.
type CreateIntegration struct {
	File     string `arg:"" help:"The file (- for standard input)."`
	ClientID string `help:"The client whose endpoints they are: a partner's or an internal one, by its identifier." required:"" placeholder:"ID"`
	DataSet  string `help:"The world of data: production or staging. The client's own when not given." enum:",production,staging" default:"" placeholder:"SET"`
}

// Help shows a file.
func (CreateIntegration) Help() string { return integrationHelp }

// Run does it.
func (c CreateIntegration) Run(ctx context.Context, conn *grpc.ClientConn, in Input, out Output) error {
	wanted, _, err := in.integration(c.File)
	if err != nil {
		return err
	}
	wanted.ClientId = c.ClientID
	if wanted.DataSet, err = setOfClient(ctx, conn, "an integration", c.ClientID, dataSetNamed(c.DataSet)); err != nil {
		return err
	}
	answer, err := sessionv1.NewIntegrationServiceClient(conn).CreateIntegration(ctx, &sessionv1.CreateIntegrationRequest{Integration: wanted})
	if err != nil {
		return err
	}
	return showIntegration(out, answer, answer.GetIntegration())
}

// UpdateIntegration changes an integration. Flags that are not given stay nil.
type UpdateIntegration struct {
	IntegrationKey
	File     string   `arg:"" optional:"" help:"The file (- for standard input)."`
	Clear    []string `help:"Take away all of these; may be repeated: ${enum}." enum:"static-headers,authorization,refresh,attributes,unique-key-attribute,security-headers" placeholder:"WHAT"`
	Disabled *bool    `help:"Shut it, or open it again." negatable:""`
}

// Help shows a file.
func (UpdateIntegration) Help() string {
	return `Each member of the file takes the place of what there was of it, the others stay. Headers and parameters without a value keep the one of their name that is stored, so that a file of "admin integration show --as-file" can be changed and given back. Where an address leads to another host or port than any before, all must have one.

` + integrationHelp
}

// Validate is called when the command line was read.
func (c UpdateIntegration) Validate() error {
	if c.File == "" && len(c.Clear) == 0 && c.Disabled == nil {
		return errors.New("give a file, --clear, --disabled or --no-disabled")
	}
	return nil
}

// Run does it. An integration in a request has to be valid as a whole, so it is read before.
func (c UpdateIntegration) Run(ctx context.Context, conn *grpc.ClientConn, in Input, out Output) error {
	changes, paths := &sessionv1.Integration{}, []string(nil)
	if c.File != "" {
		var err error
		if changes, paths, err = in.integration(c.File); err != nil {
			return err
		}
	}
	for _, what := range c.Clear {
		if slices.Contains(paths, fieldNamed(what)) {
			return fmt.Errorf("%w: --clear %s contradicts the file", ErrUsage, what)
		}
	}
	integrations := sessionv1.NewIntegrationServiceClient(conn)
	known, err := integrations.GetIntegration(ctx, &sessionv1.GetIntegrationRequest{IntegrationKey: c.Key})
	if err != nil {
		return err
	}
	integration := proto.CloneOf(known.GetIntegration())
	paths = c.apply(integration, changes, paths)
	answer, err := integrations.UpdateIntegration(ctx, &sessionv1.UpdateIntegrationRequest{
		Integration: integration, UpdateMask: &fieldmaskpb.FieldMask{Paths: paths},
	})
	if err != nil {
		return err
	}
	return showIntegration(out, answer, answer.GetIntegration())
}

// apply makes the changes, whole fields, and returns which they are.
func (c UpdateIntegration) apply(integration, changes *sessionv1.Integration, paths []string) []string {
	fields := integration.ProtoReflect().Descriptor().Fields()
	for _, what := range c.Clear {
		paths = append(paths, fieldNamed(what))
	}
	for _, path := range paths {
		integration.ProtoReflect().Clear(fields.ByName(protoreflect.Name(path)))
	}
	proto.Merge(integration, changes)
	if c.Disabled != nil {
		integration.Disabled = *c.Disabled
		paths = append(paths, "disabled")
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// fieldNamed is the field of the contract that a word of the command line stands for.
func fieldNamed(word string) string { return strings.ReplaceAll(word, "-", "_") }
