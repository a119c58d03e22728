package integration

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
)

// Words are what parameters of an endpoint may stand for. A word is never looked into for another.
type Words struct{ Login, Password, UniqueKey string }

// What stands for the words in a value.
const (
	loginWord     = "{login}"
	passwordWord  = "{password}"
	uniqueKeyWord = "{unique_key}"
)

// UnknownIn is the first word in the value that is not known when beneficiaries log in, or when they are asked about; empty for none.
func UnknownIn(value string, refresh bool) string {
	unknown := []string{uniqueKeyWord}
	if refresh {
		unknown = []string{loginWord, passwordWord}
	}
	for _, word := range unknown {
		if strings.Contains(value, word) {
			return word
		}
	}
	return ""
}

// fill puts the words in their places.
func (w Words) fill(parameters []NamedValue) []NamedValue {
	replacer := strings.NewReplacer(loginWord, w.Login, passwordWord, w.Password, uniqueKeyWord, w.UniqueKey)
	filled := make([]NamedValue, len(parameters))
	for i, p := range parameters {
		filled[i] = NamedValue{p.Name, replacer.Replace(p.Value)}
	}
	return filled
}

// asForm writes parameters as a query, or the body of a form.
func asForm(parameters []NamedValue) string {
	values := make(url.Values, len(parameters))
	for _, p := range parameters {
		values.Set(p.Name, p.Value)
	}
	return values.Encode()
}

// asObject writes parameters as a JSON object of strings.
func asObject(parameters []NamedValue) ([]byte, error) {
	object := make(map[string]string, len(parameters))
	for _, p := range parameters {
		object[p.Name] = p.Value
	}
	return plainJSON(object)
}

// plainJSON is JSON without escapes for HTML.
func plainJSON(value any) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, fmt.Errorf("writing JSON: %w", err)
	}
	return bytes.TrimSuffix(text.Bytes(), []byte("\n")), nil
}
