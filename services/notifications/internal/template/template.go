package template

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// The most code points of what a template says. Every family's dispatches use templates: they keep to what the least of them may say.
const (
	MaxTitle   = 32
	MaxMessage = 166
)

// Error says what is wrong with which field: "title", "message" or "lengths.NAME" of a template, "values" or "values.NAME" of what it is
// rendered with. It holds no value.
type Error struct{ Field, Description string }

func (e *Error) Error() string { return e.Field + ": " + e.Description }

func wrong(field, format string, args ...any) error {
	return &Error{field, fmt.Sprintf(format, args...)}
}

// Template is a text whose placeholders have the lengths that they may have. It is safe for concurrent use.
type Template struct {
	title, message []piece
	lengths        map[string]int32
}

// Parse reads a text. Each placeholder has the most code points of its value in lengths, and nothing else is there. It fails with an *Error.
func Parse(title, message string, lengths map[string]int32) (Template, error) {
	t := Template{lengths: maps.Clone(lengths)}
	used := make(map[string]bool)
	for _, text := range []struct {
		field, says string
		most        int
		pieces      *[]piece
	}{{"title", title, MaxTitle, &t.title}, {"message", message, MaxMessage, &t.message}} {
		pieces, err := split(text.field, text.says)
		if err != nil {
			return Template{}, err
		}
		longest, err := longest(text.field, pieces, lengths, used)
		if err != nil {
			return Template{}, err
		}
		if longest > text.most {
			return Template{}, wrong(text.field, "would have %d characters with the longest values, at most %d are allowed", longest, text.most)
		}
		if strings.TrimSpace(text.says) == "" {
			return Template{}, wrong(text.field, "is blank")
		}
		*text.pieces = pieces
	}
	for _, name := range slices.Sorted(maps.Keys(lengths)) {
		if !used[name] {
			return Template{}, wrong("lengths."+name, "no placeholder has this name")
		}
	}
	return t, nil
}

// longest is how many code points there are with the longest values. It notes the names that are used.
func longest(field string, pieces []piece, lengths map[string]int32, used map[string]bool) (sum int, err error) {
	for _, p := range pieces {
		sum += utf8.RuneCountInString(p.literal)
		if p.name == "" {
			continue
		}
		length, declared := lengths[p.name]
		if !declared {
			return 0, wrong(field, "has the placeholder %q, which lengths does not name", p.name)
		}
		if length < 1 {
			return 0, wrong("lengths."+p.name, "must be at least 1")
		}
		sum += int(length)
		used[p.name] = true
	}
	return sum, nil
}

// Render puts values in. What a value holds is text, whatever it looks like. It fails with an *Error: when a placeholder has no value or one
// that is too long, when there is a value for no placeholder, and when a text is blank.
func (t Template) Render(values map[string]string) (title, message string, err error) {
	for _, name := range slices.Sorted(maps.Keys(t.lengths)) {
		value, given := values[name]
		if !given {
			return "", "", wrong("values."+name, "is missing")
		}
		if most := t.lengths[name]; utf8.RuneCountInString(value) > int(most) {
			return "", "", wrong("values."+name, "must have at most %d characters", most)
		}
	}
	if len(values) > len(t.lengths) {
		return "", "", wrong("values", "has a name that is no placeholder's; the template has: %s", strings.Join(slices.Sorted(maps.Keys(t.lengths)), ", "))
	}
	title, message = fill(t.title, values), fill(t.message, values)
	if strings.TrimSpace(title) == "" {
		return "", "", wrong("values", "leave the title blank")
	}
	if strings.TrimSpace(message) == "" {
		return "", "", wrong("values", "leave the message blank")
	}
	return title, message, nil
}
