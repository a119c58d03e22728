package main

import (
	"bytes"
	"encoding/json"
	"fmt"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
	"google.golang.org/protobuf/types/pluginpb"
)

// rules are the wire options of the files that were asked for.
type rules struct {
	// byHand has the files whose document is written by hand.
	byHand map[string]bool
	// consumes has the media types of an operation, by its id.
	consumes map[string][]string
	// produces has the media types of an operation's answer beside JSON, by its id.
	produces map[string][]string
	// inline has the fields whose members stand beside their message's own, by message.
	inline map[string][]string
	// instead has the fields that stand instead of their message, by message: they are no members.
	instead map[string][]string
}

// object is a JSON object of an OpenAPI document.
type object = map[string]any

func readRules(encoded []byte) (*rules, error) {
	request := new(pluginpb.CodeGeneratorRequest)
	if err := proto.Unmarshal(encoded, request); err != nil {
		return nil, fmt.Errorf("decoding request: %w", err)
	}
	files, err := protodesc.NewFiles(&descriptorpb.FileDescriptorSet{File: request.GetProtoFile()})
	if err != nil {
		return nil, fmt.Errorf("linking files: %w", err)
	}
	// Decoded anew with the extensions that the files declare, their options are no longer unknown.
	options := dynamicpb.NewTypes(files)
	if err := (proto.UnmarshalOptions{Resolver: options}).Unmarshal(encoded, request); err != nil {
		return nil, fmt.Errorf("decoding options: %w", err)
	}
	if files, err = protodesc.NewFiles(&descriptorpb.FileDescriptorSet{File: request.GetProtoFile()}); err != nil {
		return nil, fmt.Errorf("linking files: %w", err)
	}
	found := &rules{
		byHand:   map[string]bool{},
		consumes: map[string][]string{}, produces: map[string][]string{},
		inline: map[string][]string{}, instead: map[string][]string{},
	}
	for _, name := range request.GetFileToGenerate() {
		file, err := files.FindFileByPath(name)
		if err != nil {
			return nil, fmt.Errorf("finding %s: %w", name, err)
		}
		_, found.byHand[name] = option(options, file, "wire.v1.document")
		for i := range file.Services().Len() {
			found.readService(options, file.Services().Get(i))
		}
		for i := range file.Messages().Len() {
			found.readMessage(options, file.Messages().Get(i))
		}
	}
	return found, nil
}

func (r *rules) readService(options *dynamicpb.Types, service protoreflect.ServiceDescriptor) {
	for i := range service.Methods().Len() {
		method := service.Methods().Get(i)
		id := fmt.Sprintf("%s_%s", service.Name(), method.Name())
		if value, ok := option(options, method, "wire.v1.consumes"); ok {
			for j := range value.List().Len() {
				r.consumes[id] = append(r.consumes[id], value.List().Get(j).String())
			}
		}
		for j := range method.Output().Fields().Len() {
			if value, ok := option(options, method.Output().Fields().Get(j), "wire.v1.instead"); ok {
				r.produces[id] = append(r.produces[id], value.String())
			}
		}
	}
}

func (r *rules) readMessage(options *dynamicpb.Types, message protoreflect.MessageDescriptor) {
	for i := range message.Fields().Len() {
		field := message.Fields().Get(i)
		if value, ok := option(options, field, "wire.v1.inline"); ok && value.Bool() {
			r.inline[string(message.FullName())] = append(r.inline[string(message.FullName())], field.JSONName())
		}
		if _, ok := option(options, field, "wire.v1.instead"); ok {
			r.instead[string(message.FullName())] = append(r.instead[string(message.FullName())], field.JSONName())
		}
	}
	for i := range message.Messages().Len() {
		r.readMessage(options, message.Messages().Get(i))
	}
}

// option returns the value of an extension that this program was not compiled
// with, if the descriptor has it.
func option(types *dynamicpb.Types, of protoreflect.Descriptor, name protoreflect.FullName) (protoreflect.Value, bool) {
	extension, err := types.FindExtensionByName(name)
	if err != nil {
		return protoreflect.Value{}, false // no file declares it, so none has it
	}
	set, descriptor := of.Options().ProtoReflect(), extension.TypeDescriptor()
	if set.Descriptor().FullName() != descriptor.ContainingMessage().FullName() {
		return protoreflect.Value{}, false
	}
	return set.Get(descriptor), set.Has(descriptor)
}

// apply returns the document with the rules applied.
func (r *rules) apply(content []byte) ([]byte, error) {
	var document object
	if err := json.Unmarshal(content, &document); err != nil {
		return nil, fmt.Errorf("decoding document: %w", err)
	}
	r.amend(document)
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(document); err != nil {
		return nil, fmt.Errorf("encoding document: %w", err)
	}
	return out.Bytes(), nil
}

// amend applies the rules to a node and to all below it.
func (r *rules) amend(node any) {
	switch node := node.(type) {
	case []any:
		for _, element := range node {
			r.amend(element)
		}
	case object:
		if node["format"] == "int64" || node["format"] == "uint64" {
			node["type"] = "integer"
		}
		if id, ok := node["operationId"].(string); ok {
			if r.consumes[id] != nil {
				setMediaTypes(node, r.consumes[id])
			}
			addAnswers(node, r.produces[id])
		}
		for key, value := range node {
			if schema, ok := value.(object); ok {
				r.amendSchema(key, schema)
			}
			r.amend(value)
		}
	}
}

// setMediaTypes gives the schema of an operation's body to each media type.
func setMediaTypes(operation object, mediaTypes []string) {
	body, _ := operation["requestBody"].(object)
	content, _ := body["content"].(object)
	schema, ok := content["application/json"]
	if !ok {
		return
	}
	delete(content, "application/json")
	for _, mediaType := range mediaTypes {
		content[mediaType] = schema
	}
}

// addAnswers lets an operation answer with text of the media types too.
func addAnswers(operation object, mediaTypes []string) {
	responses, _ := operation["responses"].(object)
	response, _ := responses["200"].(object)
	content, ok := response["content"].(object)
	if !ok {
		return
	}
	for _, mediaType := range mediaTypes {
		content[mediaType] = object{"schema": object{"type": "string"}}
	}
}

// amendSchema takes the fields that are no members out of a message's schema. Inline ones make members of any name.
func (r *rules) amendSchema(message string, schema object) {
	removeMembers(schema, r.instead[message])
	if fields, ok := r.inline[message]; ok {
		removeMembers(schema, fields)
		schema["additionalProperties"] = true
	}
}

func removeMembers(schema object, fields []string) {
	properties, _ := schema["properties"].(object)
	for _, field := range fields {
		delete(properties, field)
	}
}
