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

func celType(of benefitsv1.FactType) *cel.Type {
	switch of {
	case benefitsv1.FactType_FACT_TYPE_BOOL:
		return cel.BoolType
	case benefitsv1.FactType_FACT_TYPE_INT:
		return cel.IntType
	case benefitsv1.FactType_FACT_TYPE_DOUBLE:
		return cel.DoubleType
	case benefitsv1.FactType_FACT_TYPE_STRING:
		return cel.StringType
	case benefitsv1.FactType_FACT_TYPE_DATE:
		return cel.TimestampType
	case benefitsv1.FactType_FACT_TYPE_STRING_LIST:
		return cel.ListType(cel.StringType)
	}
	return nil
}

// toCEL turns a value on record into one of the type; the error says what it must be.
func toCEL(of benefitsv1.FactType, in *structpb.Value) (ref.Val, error) {
	switch of {
	case benefitsv1.FactType_FACT_TYPE_BOOL:
		if v, ok := in.GetKind().(*structpb.Value_BoolValue); ok {
			return types.Bool(v.BoolValue), nil
		}
		return nil, fmt.Errorf("must be true or false")
	case benefitsv1.FactType_FACT_TYPE_INT:
		if v, ok := in.GetKind().(*structpb.Value_NumberValue); ok && v.NumberValue == math.Trunc(v.NumberValue) && math.Abs(v.NumberValue) < maxInteger {
			return types.Int(v.NumberValue), nil
		}
		return nil, fmt.Errorf("must be a whole number")
	case benefitsv1.FactType_FACT_TYPE_DOUBLE:
		if v, ok := in.GetKind().(*structpb.Value_NumberValue); ok && !math.IsNaN(v.NumberValue) && !math.IsInf(v.NumberValue, 0) {
			return types.Double(v.NumberValue), nil
		}
		return nil, fmt.Errorf("must be a number")
	case benefitsv1.FactType_FACT_TYPE_STRING:
		if v, ok := in.GetKind().(*structpb.Value_StringValue); ok && len(v.StringValue) <= maxStringBytes {
			return types.String(v.StringValue), nil
		}
		return nil, fmt.Errorf("must be a string of at most %d bytes", maxStringBytes)
	case benefitsv1.FactType_FACT_TYPE_DATE:
		if day, ok := parseDay(in.GetStringValue()); ok {
			return types.Timestamp{Time: day}, nil
		}
		return nil, fmt.Errorf(`must be a date, "2006-01-02"`)
	case benefitsv1.FactType_FACT_TYPE_STRING_LIST:
		if list, ok := stringList(in.GetListValue()); ok {
			return list, nil
		}
		return nil, fmt.Errorf("must be a list of at most %d strings, each of at most %d bytes", maxListItems, maxItemBytes)
	}
	return nil, fmt.Errorf("has no type")
}

func stringList(in *structpb.ListValue) (ref.Val, bool) {
	if in == nil || len(in.GetValues()) > maxListItems {
		return nil, false
	}
	items := make([]string, len(in.GetValues()))
	for i, item := range in.GetValues() {
		text, ok := item.GetKind().(*structpb.Value_StringValue)
		if !ok || len(text.StringValue) > maxItemBytes {
			return nil, false
		}
		items[i] = text.StringValue
	}
	return types.NewStringList(types.DefaultTypeAdapter, items), true
}

// fromCEL is the inverse of toCEL.
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

// itemsOf returns what stringList made a list of.
func itemsOf(in ref.Val) []string {
	items, _ := in.Value().([]string)
	return items
}
