package rule

import (
	"fmt"
	"math"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"google.golang.org/protobuf/types/known/structpb"

	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
)

// Bounds of values. What is beyond them is of the wrong type; the cost of expressions is estimated with them.
const (
	maxStringBytes = 4 << 10
	maxListItems   = 64
	maxItemBytes   = 256
	// maxInteger is the greatest number below which a JSON number tells integers apart.
	maxInteger = 1 << 53
)

// kind is a type of facts.
type kind struct {
	cel *cel.Type
	// read takes a value of the type from JSON, or says that it is none.
	read func(*structpb.Value) (ref.Val, bool)
	// must says what a value has to be.
	must string
}

var kinds = map[benefitsv1.FactType]*kind{
	benefitsv1.FactType_FACT_TYPE_BOOL:        {cel.BoolType, readBool, "must be true or false"},
	benefitsv1.FactType_FACT_TYPE_INT:         {cel.IntType, readInt, "must be a whole number"},
	benefitsv1.FactType_FACT_TYPE_DOUBLE:      {cel.DoubleType, readDouble, "must be a number"},
	benefitsv1.FactType_FACT_TYPE_STRING:      {cel.StringType, readString, fmt.Sprintf("must be a string of at most %d bytes", maxStringBytes)},
	benefitsv1.FactType_FACT_TYPE_DATE:        {cel.TimestampType, readDate, `must be a date, "2006-01-02"`},
	benefitsv1.FactType_FACT_TYPE_STRING_LIST: {cel.ListType(cel.StringType), readList, fmt.Sprintf("must be a list of at most %d strings, each of at most %d bytes", maxListItems, maxItemBytes)},
}

func readBool(in *structpb.Value) (ref.Val, bool) {
	v, ok := in.GetKind().(*structpb.Value_BoolValue)
	return types.Bool(ok && v.BoolValue), ok
}

func readInt(in *structpb.Value) (ref.Val, bool) {
	v, ok := in.GetKind().(*structpb.Value_NumberValue)
	if !ok || v.NumberValue != math.Trunc(v.NumberValue) || math.Abs(v.NumberValue) >= maxInteger {
		return nil, false
	}
	return types.Int(v.NumberValue), true
}

func readDouble(in *structpb.Value) (ref.Val, bool) {
	v, ok := in.GetKind().(*structpb.Value_NumberValue)
	if !ok || math.IsNaN(v.NumberValue) || math.IsInf(v.NumberValue, 0) {
		return nil, false
	}
	return types.Double(v.NumberValue), true
}

func readString(in *structpb.Value) (ref.Val, bool) {
	v, ok := in.GetKind().(*structpb.Value_StringValue)
	if !ok || len(v.StringValue) > maxStringBytes {
		return nil, false
	}
	return types.String(v.StringValue), true
}

func readDate(in *structpb.Value) (ref.Val, bool) {
	day, ok := parseDay(in.GetStringValue())
	return types.Timestamp{Time: day}, ok
}

func readList(in *structpb.Value) (ref.Val, bool) {
	v, ok := in.GetKind().(*structpb.Value_ListValue)
	if !ok || len(v.ListValue.GetValues()) > maxListItems {
		return nil, false
	}
	items := make([]string, len(v.ListValue.GetValues()))
	for i, item := range v.ListValue.GetValues() {
		text, ok := item.GetKind().(*structpb.Value_StringValue)
		if !ok || len(text.StringValue) > maxItemBytes {
			return nil, false
		}
		items[i] = text.StringValue
	}
	return types.NewStringList(types.DefaultTypeAdapter, items), true
}

// fromCEL gives back the value that was read.
func fromCEL(in ref.Val) *structpb.Value {
	switch v := in.(type) {
	case types.Bool:
		return structpb.NewBoolValue(bool(v))
	case types.Int:
		return structpb.NewNumberValue(float64(v))
	case types.Double:
		return structpb.NewNumberValue(float64(v))
	case types.String:
		return structpb.NewStringValue(string(v))
	case types.Timestamp:
		return structpb.NewStringValue(v.Format(time.DateOnly))
	}
	items := itemsOf(in)
	list := make([]*structpb.Value, len(items))
	for i, item := range items {
		list[i] = structpb.NewStringValue(item)
	}
	return structpb.NewListValue(&structpb.ListValue{Values: list})
}

// itemsOf returns the items of a list that was read.
func itemsOf(in ref.Val) []string {
	items, _ := in.Value().([]string)
	return items
}
