// Package wirejson writes and reads partner messages as the JSON their documents show.
//
// The JSON mapping of Protocol Buffers writes 64-bit integers as strings and
// random spaces; partners' documents have numbers and exact bytes. This
// package writes exact json_name members in the order of declaration, numbers
// for all integers, "[]" for empty lists and zero values; it leaves out only
// what has explicit presence and is unset. The same message always yields the
// same bytes, without HTML escaping and without a final newline.
//
// Options of wire.v1 say more. A nullable field that is unset is written as null. An alternative that is set is written
// in the place of the message that it is in. The members of an inline Struct are written
// beside the message's own. A string that stands instead of its message is the
// whole answer once it is set, as it is and in the media type that the option
// names; it is never a JSON member, not even in a message within another. The same goes for bytes.
package wirejson

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/structpb"

	wirev1 "github.com/ventanilla/ventanilla/proto/gen/go/wire/v1"
)

// MediaType is the media type of everything written, but for strings that stand instead of their message.
const MediaType = "application/json"

// JSON is a grpc-gateway marshaler of JSON requests and answers. The zero value is ready.
type JSON struct {
	plans sync.Map // protoreflect.MessageDescriptor to *plan
}

var _ runtime.Marshaler = (*JSON)(nil)

// wellKnown is the package of the well-known types, which have JSON forms of their own.
const wellKnown = "google.protobuf"

// plan is what writing a message type needs to know, worked out once.
type plan struct {
	fields []member
	inline protoreflect.FieldDescriptor
	own    map[string]bool
	// instead are what is the whole answer when it is set.
	instead []whole
	// alternatives are the messages of which the one that is set is written in this one's place.
	alternatives []protoreflect.FieldDescriptor
}

// whole is a string, or bytes, that is the whole answer when it is set, in a media type of its own.
type whole struct {
	desc      protoreflect.FieldDescriptor
	mediaType string
}

type member struct {
	desc     protoreflect.FieldDescriptor
	key      []byte // `"name":`
	presence bool
	nullable bool
	raw      bool
}

// ContentType is JSON, unless a string or bytes stand instead of the message.
func (j *JSON) ContentType(v any) string {
	if m, ok := v.(proto.Message); ok {
		if alone, ok := j.plan(m.ProtoReflect().Descriptor()).alone(m.ProtoReflect()); ok {
			return alone.mediaType
		}
	}
	return MediaType
}

// Marshal writes a message, or the string or bytes that stand instead of it. It fails for strings that are not UTF-8,
// raw strings that are no JSON, and numbers that JSON has not.
func (j *JSON) Marshal(v any) ([]byte, error) {
	m, ok := v.(proto.Message)
	if !ok {
		return nil, fmt.Errorf("wirejson: %T is not a message", v)
	}
	message := m.ProtoReflect()
	if alone, ok := j.plan(message.Descriptor()).alone(message); ok {
		if alone.desc.Kind() == protoreflect.BytesKind {
			return message.Get(alone.desc).Bytes(), nil
		}
		return []byte(message.Get(alone.desc).String()), nil
	}
	return j.appendMessage(make([]byte, 0, 512), message)
}

// NewEncoder writes messages to w, one after the other.
func (j *JSON) NewEncoder(w io.Writer) runtime.Encoder {
	return runtime.EncoderFunc(func(v any) error {
		b, err := j.Marshal(v)
		if err != nil {
			return err
		}
		_, err = w.Write(b)
		return err
	})
}

// Unmarshal reads one JSON object into a message; see NewDecoder.
func (j *JSON) Unmarshal(data []byte, v any) error {
	return j.NewDecoder(bytes.NewReader(data)).Decode(v)
}

func (j *JSON) plan(d protoreflect.MessageDescriptor) *plan {
	if p, ok := j.plans.Load(d); ok {
		return p.(*plan)
	}
	fields := d.Fields()
	p := &plan{own: make(map[string]bool, fields.Len())}
	for i := range fields.Len() {
		f := fields.Get(i)
		if inline, _ := proto.GetExtension(f.Options(), wirev1.E_Inline).(bool); inline {
			p.inline = f
			continue
		}
		if mediaType, _ := proto.GetExtension(f.Options(), wirev1.E_Instead).(string); mediaType != "" {
			p.instead = append(p.instead, whole{f, mediaType})
			continue
		}
		if alternative, _ := proto.GetExtension(f.Options(), wirev1.E_Alternative).(bool); alternative {
			p.alternatives = append(p.alternatives, f)
			continue
		}
		p.own[f.JSONName()] = true
		key, _ := appendString(nil, f.JSONName())
		nullable, _ := proto.GetExtension(f.Options(), wirev1.E_Nullable).(bool)
		raw, _ := proto.GetExtension(f.Options(), wirev1.E_Raw).(bool)
		p.fields = append(p.fields, member{desc: f, key: append(key, ':'), presence: f.HasPresence(), nullable: nullable, raw: raw})
	}
	actual, _ := j.plans.LoadOrStore(d, p)
	return actual.(*plan)
}

// alone is what stands instead of m, if something does.
func (p *plan) alone(m protoreflect.Message) (whole, bool) {
	for _, w := range p.instead {
		if m.Has(w.desc) {
			return w, true
		}
	}
	return whole{}, false
}

func (j *JSON) appendMessage(b []byte, m protoreflect.Message) ([]byte, error) {
	switch v := m.Interface().(type) {
	case *structpb.Struct:
		b = append(b, '{')
		b, err := appendStruct(b, v, nil)
		return append(b, '}'), err
	case *structpb.Value:
		return appendValue(b, v)
	case *structpb.ListValue:
		return appendList(b, v)
	}
	if m.Descriptor().ParentFile().Package() == wellKnown {
		// The other well-known types are single values, which protojson writes without spaces.
		text, err := protojson.Marshal(m.Interface())
		return append(b, text...), err
	}
	p := j.plan(m.Descriptor())
	for _, alternative := range p.alternatives {
		if m.Has(alternative) {
			return j.appendMessage(b, m.Get(alternative).Message())
		}
	}
	b = append(b, '{')
	start := len(b)
	var err error
	for i := range p.fields {
		f := &p.fields[i]
		absent := f.presence && !m.Has(f.desc)
		if absent && !f.nullable {
			continue
		}
		if len(b) > start {
			b = append(b, ',')
		}
		b = append(b, f.key...)
		if absent {
			b = append(b, "null"...)
			continue
		}
		if b, err = j.appendMember(b, f, m.Get(f.desc)); err != nil {
			return nil, fmt.Errorf("%s: %w", f.desc.FullName(), err)
		}
	}
	if b, err = p.appendInline(b, len(b) > start, m); err != nil {
		return nil, err
	}
	return append(b, '}'), nil
}

// appendInline writes the members of the inline struct, if there is one; following tells whether others stand before them.
func (p *plan) appendInline(b []byte, following bool, m protoreflect.Message) ([]byte, error) {
	if p.inline == nil || !m.Has(p.inline) {
		return b, nil
	}
	extra, ok := m.Get(p.inline).Message().Interface().(*structpb.Struct)
	if !ok {
		return nil, fmt.Errorf("%s is inline and no Struct", p.inline.FullName())
	}
	tail, err := appendStruct(nil, extra, p.own)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.inline.FullName(), err)
	}
	if len(tail) > 0 && following {
		b = append(b, ',')
	}
	return append(b, tail...), nil
}

func (j *JSON) appendMember(b []byte, f *member, v protoreflect.Value) ([]byte, error) {
	if f.raw {
		return appendRaw(b, v.String())
	}
	return j.appendField(b, f.desc, v)
}

func (j *JSON) appendField(b []byte, f protoreflect.FieldDescriptor, v protoreflect.Value) ([]byte, error) {
	var err error
	switch {
	case f.IsList():
		b = append(b, '[')
		list := v.List()
		for i := range list.Len() {
			if i > 0 {
				b = append(b, ',')
			}
			if b, err = j.appendScalar(b, f, list.Get(i)); err != nil {
				return nil, err
			}
		}
		return append(b, ']'), nil
	case f.IsMap():
		return j.appendMap(b, f, v.Map())
	}
	return j.appendScalar(b, f, v)
}

func (j *JSON) appendMap(b []byte, f protoreflect.FieldDescriptor, m protoreflect.Map) ([]byte, error) {
	keys := make([]protoreflect.MapKey, 0, m.Len())
	m.Range(func(k protoreflect.MapKey, _ protoreflect.Value) bool {
		keys = append(keys, k)
		return true
	})
	slices.SortFunc(keys, func(a, b protoreflect.MapKey) int { return strings.Compare(a.String(), b.String()) })
	b = append(b, '{')
	var err error
	for i, k := range keys {
		if i > 0 {
			b = append(b, ',')
		}
		if b, err = appendString(b, k.String()); err != nil {
			return nil, err
		}
		b = append(b, ':')
		if b, err = j.appendScalar(b, f.MapValue(), m.Get(k)); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}

func (j *JSON) appendScalar(b []byte, f protoreflect.FieldDescriptor, v protoreflect.Value) ([]byte, error) {
	switch f.Kind() {
	case protoreflect.BoolKind:
		return strconv.AppendBool(b, v.Bool()), nil
	case protoreflect.StringKind:
		return appendString(b, v.String())
	case protoreflect.BytesKind:
		b = append(b, '"')
		b = base64.StdEncoding.AppendEncode(b, v.Bytes())
		return append(b, '"'), nil
	case protoreflect.EnumKind:
		if d := f.Enum().Values().ByNumber(v.Enum()); d != nil {
			return appendString(b, string(d.Name()))
		}
		return strconv.AppendInt(b, int64(v.Enum()), 10), nil
	case protoreflect.FloatKind:
		return appendFloat(b, v.Float(), 32)
	case protoreflect.DoubleKind:
		return appendFloat(b, v.Float(), 64)
	case protoreflect.Uint32Kind, protoreflect.Fixed32Kind, protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		return strconv.AppendUint(b, v.Uint(), 10), nil
	case protoreflect.MessageKind, protoreflect.GroupKind:
		return j.appendMessage(b, v.Message())
	default:
		return strconv.AppendInt(b, v.Int(), 10), nil
	}
}

func appendFloat(b []byte, f float64, bits int) ([]byte, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, fmt.Errorf("%v is no JSON number", f)
	}
	format := byte('f')
	if abs := math.Abs(f); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		format = 'e'
	}
	return strconv.AppendFloat(b, f, format, -1, bits), nil
}
