package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	colppyv1 "github.com/ventanilla/ventanilla/proto/gen/go/colppy/v1"
	wirev1 "github.com/ventanilla/ventanilla/proto/gen/go/wire/v1"
)

const intro = `<!-- Made by make generate from proto/partner/colppy/v1. -->
# The index of provisions and operations

How they are called is in [colppy](../colppy.md), what failures say in [estado](estado.md). Names are compared with regard to letter case. The platform tells
the same: ` + "`Indice.listar`" + `. Parameters are members of ` + "`parameters`" + `; answers are members of ` + "`response`" + `, which has ` + "`success`" + ` and ` + "`message`" + ` before them.

`

// operation is an RPC with its option.
type operation struct {
	rpc    protoreflect.MethodDescriptor
	option *colppyv1.Operation
}

// index is the page of all operations by provision and name.
func index(services []protoreflect.ServiceDescriptor) string {
	var all []operation
	for _, service := range services {
		for i := range service.Methods().Len() {
			rpc := service.Methods().Get(i)
			if option := optionOf(rpc); option != nil {
				all = append(all, operation{rpc, option})
			}
		}
	}
	slices.SortFunc(all, func(a, b operation) int {
		return cmp.Or(cmp.Compare(a.option.GetProvision(), b.option.GetProvision()), cmp.Compare(a.option.GetOperacion(), b.option.GetOperacion()))
	})
	var page strings.Builder
	page.WriteString(intro + "| provision | operacion | needs | |\n|---|---|---|---|\n")
	for _, o := range all {
		fmt.Fprintf(&page, "| `%s` | [`%s`](#%s) | %s | %s |\n", o.option.GetProvision(), o.option.GetOperacion(), o.anchor(), o.needs(), o.option.GetDescripcion())
	}
	for _, o := range all {
		o.write(&page)
	}
	return page.String()
}

// optionOf is read anew: the descriptors on the input know no extensions of this program.
func optionOf(rpc protoreflect.MethodDescriptor) *colppyv1.Operation {
	if !proto.HasExtension(rpc.Options(), colppyv1.E_Operation) {
		return nil
	}
	return proto.GetExtension(rpc.Options(), colppyv1.E_Operation).(*colppyv1.Operation)
}

func (o operation) anchor() string {
	return strings.ToLower(o.option.GetProvision() + o.option.GetOperacion())
}

func (o operation) needs() string {
	if o.option.GetAccess() == colppyv1.Access_ACCESS_SESSION {
		return "`auth`, `sesion`"
	}
	return "`auth`"
}

func (o operation) write(page *strings.Builder) {
	fmt.Fprintf(page, "\n## %s.%s\n\n%s\n", o.option.GetProvision(), o.option.GetOperacion(), o.option.GetDescripcion())
	if o.rpc.Input().Fields().Len() == 0 {
		page.WriteString("\nNo parameters.\n")
	} else {
		page.WriteString("\n| parameter | type | required | |\n|---|---|---|---|\n")
		parameters(page, o.rpc.Input(), "")
	}
	page.WriteString("\n| answer | type | |\n|---|---|---|\n")
	answers(page, o.rpc.Output(), "")
	for i := range o.rpc.Output().Fields().Len() {
		if row := o.rpc.Output().Fields().Get(i).Message(); row != nil {
			if listed := listed(row); listed != "" && o.rpc.Input().Fields().ByName("filter") != nil {
				fmt.Fprintf(page, "\nTo filter and to order by: %s.\n", listed)
			}
		}
	}
}

// parameters are the rows of a message's fields, each before those that are in it.
func parameters(page *strings.Builder, of protoreflect.MessageDescriptor, path string) {
	for i := range of.Fields().Len() {
		f := of.Fields().Get(i)
		required := ""
		if is, _ := proto.GetExtension(f.Options(), colppyv1.E_Required).(bool); is {
			required = "yes"
		}
		fmt.Fprintf(page, "| `%s` | %s | %s | %s |\n", path+f.JSONName(), kind(f), required, comment(f))
		if f.Message() != nil {
			parameters(page, f.Message(), within(path, f))
		}
	}
}

func answers(page *strings.Builder, of protoreflect.MessageDescriptor, path string) {
	for i := range of.Fields().Len() {
		f := of.Fields().Get(i)
		if path == "" && (f.Name() == "success" || f.Name() == "message") {
			continue
		}
		null := ""
		if is, _ := proto.GetExtension(f.Options(), wirev1.E_Nullable).(bool); is {
			null = " or null"
		}
		fmt.Fprintf(page, "| `%s` | %s%s | %s |\n", path+f.JSONName(), kind(f), null, comment(f))
		if f.Message() != nil {
			answers(page, f.Message(), within(path, f))
		}
	}
}

func within(path string, f protoreflect.FieldDescriptor) string {
	if f.IsList() {
		return path + f.JSONName() + "[]."
	}
	return path + f.JSONName() + "."
}

var kinds = map[protoreflect.Kind]string{
	protoreflect.StringKind: "string", protoreflect.Int32Kind: "number", protoreflect.Int64Kind: "number", protoreflect.BoolKind: "boolean",
	protoreflect.MessageKind: "object",
}

func kind(f protoreflect.FieldDescriptor) string {
	if f.IsList() {
		return "array of " + kinds[f.Kind()] + "s"
	}
	return kinds[f.Kind()]
}

func comment(d protoreflect.Descriptor) string {
	return cell(d.ParentFile().SourceLocations().ByDescriptor(d).LeadingComments)
}

// listed are the fields of rows that their list takes.
func listed(row protoreflect.MessageDescriptor) string {
	var names []string
	for i := range row.Fields().Len() {
		f := row.Fields().Get(i)
		if is, _ := proto.GetExtension(f.Options(), colppyv1.E_Listed).(bool); is {
			names = append(names, "`"+f.JSONName()+"`")
		}
	}
	return strings.Join(names, ", ")
}
