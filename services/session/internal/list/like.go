package list

import (
	"strings"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
)

const (
	wildcard = "%"
	escape   = `\`
)

// literal is a text in a pattern of LIKE that stands for itself.
var literal = strings.NewReplacer(escape, escape+escape, wildcard, escape+wildcard, "_", escape+"_")

// like reads a filter by likeness. Wildcards are found before the text is folded, which would make others of wide percent signs.
func (f Field) like(path, value string) (condition, error) {
	if f.Type != Text && f.Type != Digits {
		return condition{}, rpcerr.Invalid(path+".operator", "is for texts")
	}
	parts := strings.Split(value, wildcard)
	pattern := make([]string, 0, len(parts))
	for i, part := range parts {
		if part == "" && 0 < i && i < len(parts)-1 {
			continue // two wildcards are as good as one
		}
		read, wrong := f.text(part)
		if wrong != "" {
			return condition{}, rpcerr.Invalid(path+".value", wrong)
		}
		pattern = append(pattern, literal.Replace(read))
	}
	if len(pattern) == 1 {
		pattern = []string{"", pattern[0], ""}
	}
	return condition{before: f.Column + ` LIKE `, after: ` ESCAPE '` + escape + `'`, bound: true, value: strings.Join(pattern, wildcard)}, nil
}
