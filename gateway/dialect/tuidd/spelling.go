package tuidd

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/ventanilla/ventanilla/gateway/oauth"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// unknownMember is what is wrong with a member that there is not.
const unknownMember = "is not known"

// spelling says how the members of an object may be spelt, and what its members may be.
type spelling struct {
	// names are the contract's, by each documented spelling in lower case. A member with another name is refused.
	names map[string]string
	// objects are the spellings of members that are objects.
	objects map[string]spelling
	// values bring members with several forms into the contract's. They tell whether the value is of one of them.
	values map[string]func(any) (any, bool)
}

var (
	// The document has the first spelling of each in its tables, the second in its French examples and the third in its Spanish one.
	advertisementSpelling = spelling{
		names: map[string]string{
			"tittle": "Tittle", "titre": "Tittle", "titulo": "Tittle", "title": "Tittle",
			"message": "Message", "mensaje": "Message",
			"cannel": "Cannel", "canal": "Cannel", "channel": "Cannel",
			"link": "Link", "picture": "Picture", "template": "template", "values": "values",
		},
		objects: map[string]spelling{"template": exactly("name", "version")},
		values:  map[string]func(any) (any, bool){"Cannel": channelCode, "Picture": pictureBytes, "template": templateName},
	}
	// A notification has no picture.
	notificationSpelling = spelling{
		names:   without(advertisementSpelling.names, "picture"),
		objects: advertisementSpelling.objects, values: advertisementSpelling.values,
	}
	parametersSpelling = spelling{
		names: exactly("destination", "notification", "advertisement", "qr_code", "microPayment").names,
		objects: map[string]spelling{
			"notification": notificationSpelling, "advertisement": advertisementSpelling,
			"qr_code":      exactly("kind", "title", "code", "valid_from", "valid_until", "uses"),
			"microPayment": exactly("amount", "currency", "concept", "reference"),
		},
	}
)

// exactly is the spelling of an object with one spelling of each member, in any letter case.
func exactly(names ...string) spelling {
	s := spelling{names: make(map[string]string, len(names))}
	for _, name := range names {
		s.names[strings.ToLower(name)] = name
	}
	return s
}

func without(names map[string]string, name string) map[string]string {
	rest := maps.Clone(names)
	delete(rest, name)
	return rest
}

// written are the paths of members as the caller wrote them, by the contract's.
type written map[string]string

// name is a path of the contract's as the caller wrote it, as far as it did.
func (w written) name(path string) string {
	if name, ok := w[path]; ok {
		return name
	}
	if i := strings.LastIndexByte(path, '.'); i >= 0 {
		return w.name(path[:i]) + path[i:]
	}
	return path
}

// translate puts the caller's names into an error with the contract's.
func (w written) translate(err error) error {
	violations := rpcerr.Fields(err)
	if len(violations) == 0 {
		return err
	}
	var named []rpcerr.Option
	for _, v := range violations {
		named = append(named, rpcerr.Field(w.name(v.Field), v.Description))
	}
	return rpcerr.Wrap(rpcerr.Reason(err), err, "a parameter was refused", named...)
}

// read returns an object with the contract's names. path and as are the object's own, in the contract's names and the caller's.
// It fails with FIELD_INVALID for a member that there is not or has none of its forms, and with FIELD_REPEATED for one that comes
// in two spellings and with two values, each named as the caller wrote it.
func (s spelling) read(object map[string]any, path, as string, w written) (map[string]any, error) {
	out := make(map[string]any, len(object))
	for _, name := range slices.Sorted(maps.Keys(object)) {
		known, ok := s.names[strings.ToLower(name)]
		mine := as + "." + name
		if !ok {
			return nil, rpcerr.Invalid(mine, unknownMember)
		}
		value, err := s.member(known, object[name], path+"."+known, mine, w)
		if err != nil {
			return nil, err
		}
		if value == nil {
			continue
		}
		if before, twice := out[known]; twice && !reflect.DeepEqual(before, value) {
			return nil, rpcerr.New(errorsv1.Reason_REASON_FIELD_REPEATED, "a member has two values", rpcerr.Field(mine, "comes in two spellings, with two values"))
		}
		out[known] = value
		w[path+"."+known] = mine
	}
	return out, nil
}

// member is a value in the contract's form.
func (s spelling) member(known string, value any, path, as string, w written) (any, error) {
	if form := s.values[known]; form != nil && value != nil {
		formed, ok := form(value)
		if !ok {
			return nil, rpcerr.Invalid(as, "has none of its forms")
		}
		value = formed
	}
	inner, isObject := s.objects[known]
	object, ok := value.(map[string]any)
	switch {
	case value == nil || !isObject:
		return value, nil
	case !ok:
		return nil, rpcerr.Invalid(as, "is no object")
	}
	return inner.read(object, path, as, w)
}

// templateName lets a name stand for a template's newest version.
func templateName(value any) (any, bool) {
	if name, ok := value.(string); ok {
		return map[string]any{"name": name}, true
	}
	return value, true
}

// channelCode is a channel's code: a number or its digits, or its name in any letter case. A blank one is none.
func channelCode(value any) (any, bool) {
	var text string
	switch v := value.(type) {
	case json.Number:
		text = v.String()
	case string:
		text = v
	default:
		return nil, false
	}
	if oauth.Blank(text) {
		return nil, true
	}
	channel, ok := channelOf(text)
	if !ok {
		return nil, false
	}
	return json.Number(strconv.Itoa(int(channel))), true
}

// pictureBytes is base64 of the standard or the URL alphabet, padded or not, perhaps in a data URL (RFC 2397), as standard base64.
func pictureBytes(value any) (any, bool) {
	text, ok := value.(string)
	if !ok {
		return nil, false
	}
	if strings.HasPrefix(text, "data:") {
		kind, data, found := strings.Cut(text, ",")
		if !found || !strings.HasSuffix(kind, ";base64") {
			return nil, false
		}
		text = data
	}
	encoding := base64.RawStdEncoding
	if strings.ContainsAny(text, "-_") {
		encoding = base64.RawURLEncoding
	}
	bare := strings.TrimRight(text, "=")
	if len(text)-len(bare) > 2 {
		return nil, false
	}
	data, err := encoding.Strict().DecodeString(bare)
	if err != nil {
		return nil, false
	}
	if len(data) == 0 {
		return nil, true
	}
	return base64.StdEncoding.EncodeToString(data), true
}
