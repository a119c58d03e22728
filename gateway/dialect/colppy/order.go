package colppy

import (
	"strconv"
	"strings"

	"github.com/ventanilla/ventanilla/gateway/oauth"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
)

const (
	ascending  = "asc"
	descending = "desc"
)

// parseOrder reads the three shapes that are in use, [{field, dir}], {field: […], order} and {field, dir}, into the first.
func parseOrder(v any) ([]any, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case map[string]any:
		return orderOf(v, orderField)
	case []any:
		var all []any
		for i, element := range v {
			path := orderField + "[" + strconv.Itoa(i) + "]"
			object, ok := element.(map[string]any)
			if !ok {
				return nil, rpcerr.Invalid(path, "is no object")
			}
			some, err := orderOf(object, path)
			if err != nil {
				return nil, err
			}
			all = append(all, some...)
		}
		return all, nil
	case string:
		if oauth.Blank(v) {
			return nil, nil
		}
	}
	return nil, rpcerr.Invalid(orderField, "has none of its shapes")
}

// orderOf reads one object of any of the shapes. One without members is none.
func orderOf(object map[string]any, path string) (all []any, err error) {
	if len(object) == 0 {
		return nil, nil
	}
	direction, err := directionOf(object, path)
	if err != nil {
		return nil, err
	}
	switch field := object["field"].(type) {
	case nil:
	case string:
		if !oauth.Blank(field) {
			all = append(all, map[string]any{"field": field, "dir": direction})
		}
	case []any:
		for i, element := range field {
			name, ok := element.(string)
			if !ok || oauth.Blank(name) {
				return nil, rpcerr.Invalid(path+".field["+strconv.Itoa(i)+"]", "is no field")
			}
			all = append(all, map[string]any{"field": name, "dir": direction})
		}
	default:
		return nil, rpcerr.Invalid(path+".field", "is no field")
	}
	if len(all) == 0 {
		return nil, rpcerr.Missing(path + ".field")
	}
	return all, nil
}

// directionOf is the direction of an object, under either of its names.
func directionOf(object map[string]any, path string) (string, error) {
	for _, name := range []string{"dir", "order"} {
		switch value := object[name].(type) {
		case nil:
		case string:
			switch direction := strings.ToLower(strings.TrimSpace(value)); direction {
			case "":
			case ascending, descending:
				return direction, nil
			default:
				return "", rpcerr.Invalid(path+"."+name, "is no direction")
			}
		default:
			return "", rpcerr.Invalid(path+"."+name, "is no direction")
		}
	}
	return ascending, nil
}
