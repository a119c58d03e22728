package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// example is a call in the languages of the page.
type example struct {
	Name       string            `json:"name"`
	Status     int               `json:"status"`
	CURL       string            `json:"curl"`
	JavaScript string            `json:"javascript"`
	Keeps      map[string]string `json:"keeps,omitempty"`
}

func (a *api) examples() (all []example) {
	for _, o := range a.operations {
		for _, c := range o.Calls {
			all = append(all, example{c.Name, c.Status, curl(o, c), javascript(o, c), c.Keeps})
		}
	}
	return all
}

type header struct{ name, value string }

func headers(o operation, c call) (all []header) {
	if token := o.bearer(); token != "" {
		all = append(all, header{"Authorization", "Bearer " + token})
	}
	if c.Origin != "" {
		all = append(all, header{"Origin", c.Origin})
	}
	if c.Form == "json" {
		all = append(all, header{"Content-Type", "application/json"})
	}
	return all
}

// curl writes a call as the family's document does.
func curl(o operation, c call) string {
	line := "curl -X " + o.Method
	if c.Form == "url" {
		line += " -G"
	}
	lines := []string{fmt.Sprintf(`%s "{base_url}%s"`, line, o.Path)}
	for _, h := range headers(o, c) {
		lines = append(lines, fmt.Sprintf(`-H "%s: %s"`, h.name, h.value))
	}
	if c.Form == "json" {
		lines = append(lines, "-d '"+object(c)+"'")
	} else {
		for _, v := range c.values() {
			lines = append(lines, fmt.Sprintf(`--data-urlencode "%s=%s"`, v.Name, v.Value))
		}
	}
	return strings.Join(lines, " \\\n  ")
}

func javascript(o operation, c call) string {
	target := `"{base_url}` + o.Path
	if c.Form == "url" {
		target += "?" + query(c)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "const respuesta = await fetch(%s\", {\n  method: %q,\n", target, o.Method)
	if all := headers(o, c); len(all) > 0 {
		b.WriteString("  headers: {\n")
		for _, h := range all {
			if h.name == "Origin" {
				continue // the browser's own
			}
			fmt.Fprintf(&b, "    %q: %q,\n", h.name, h.value)
		}
		b.WriteString("  },\n")
	}
	switch c.Form {
	case "json":
		fmt.Fprintf(&b, "  body: JSON.stringify(%s),\n", object(c))
	case "formulario":
		fmt.Fprintf(&b, "  body: new URLSearchParams(%s),\n", object(c))
	}
	b.WriteString("});\nconsole.log(respuesta.status, await respuesta.json());\n")
	return b.String()
}

// object writes the values of a call as JSON.
func object(c call) string {
	var members []string
	for _, v := range c.values() {
		name, _ := json.Marshal(v.Name)
		text, _ := json.Marshal(v.Value)
		members = append(members, string(name)+": "+string(text))
	}
	return "{" + strings.Join(members, ", ") + "}"
}

// reader is a value that the reader fills in.
var reader = regexp.MustCompile(`^\{\w+\}$`)

// query writes the values of a call for a URL; what the reader fills in stays readable.
func query(c call) string {
	var parts []string
	for _, v := range c.values() {
		text := v.Value
		if !reader.MatchString(text) {
			text = url.QueryEscape(text)
		}
		parts = append(parts, v.Name+"="+text)
	}
	return strings.Join(parts, "&")
}
