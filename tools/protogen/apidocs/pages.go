package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"go.yaml.in/yaml/v3"
)

// view is what the template of a page is given: the API on the first page, a text on the others.
type view struct {
	API   *api
	Title string
	Text  template.HTML
}

var markdown = goldmark.New(goldmark.WithExtensions(extension.Table), goldmark.WithParserOptions(parser.WithAutoHeadingID()))

// render makes HTML of Markdown; HTML in it is left out.
func render(text string) (template.HTML, error) {
	var out bytes.Buffer
	if err := markdown.Convert([]byte(text), &out); err != nil {
		return "", err
	}
	return template.HTML(out.String()), nil //nolint:gosec // the sources are our own, and goldmark escapes
}

// pages makes the page of the API, one of each Markdown file, and takes the other files over.
func pages(a *api, sources string) (map[string][]byte, error) {
	layout, err := template.New("page.html.tmpl").Funcs(template.FuncMap{
		"markdown": render, "curl": curl, "javascript": javascript,
		"anchor": func(text string) string { return strings.ReplaceAll(strings.ToLower(text), " ", "-") },
	}).ParseFiles(filepath.Join(sources, "page.html.tmpl"))
	if err != nil {
		return nil, err
	}
	files := make(map[string][]byte)
	page := func(name string, v view) error {
		var out bytes.Buffer
		err := layout.Execute(&out, v)
		files[name] = out.Bytes()
		return err
	}
	if err := page("index.html", view{API: a, Title: a.Info.Title}); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(sources)
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		name := entry.Name()
		if entry.IsDir() || strings.HasSuffix(name, ".tmpl") {
			continue
		}
		content, err := os.ReadFile(filepath.Join(sources, name))
		if err != nil {
			return nil, err
		}
		base, isText := strings.CutSuffix(name, ".md")
		if !isText {
			files[name] = content
			continue
		}
		title, text, ok := strings.Cut(string(content), "\n")
		if !ok || !strings.HasPrefix(title, "# ") {
			return nil, fmt.Errorf("%s: must begin with its title", name)
		}
		html, err := render(text)
		if err != nil {
			return nil, err
		}
		if err := page(base+".html", view{Title: title[2:], Text: html}); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// Of returns the operations of a tag.
func (a *api) Of(tag string) (all []operation) {
	for _, o := range a.operations {
		if o.Tags[0] == tag {
			all = append(all, o)
		}
	}
	return all
}

// row is a line of a table of values.
type row struct {
	Name, Type, Description string
	Required                bool
}

// Values are what an operation takes: its parameters, or the members of its body.
func (a *api) Values(o operation) (rows []row, err error) {
	for _, p := range o.Parameters {
		p = resolve(p.Ref, p, a.Components.Parameters)
		rows = append(rows, row{p.Name, "string", p.Description, p.Required})
	}
	body, ok := o.Body.Content["application/json"]
	if !ok {
		return rows, nil
	}
	s := resolve(body.Schema.Ref, body.Schema, a.Components.Schemas)
	return rows, eachMember(&s.Properties, func(name string, node *yaml.Node) error {
		var member struct {
			Type        string `yaml:"type"`
			Description string `yaml:"description"`
		}
		err := node.Decode(&member)
		rows = append(rows, row{name, member.Type, member.Description, slices.Contains(s.Required, name)})
		return err
	})
}

// answer is one that an operation may give.
type answer struct{ Status, Description, Example string }

// Answers are those of an operation, by status; the one of every other status last.
func (a *api) Answers(o operation) (all []answer, err error) {
	for _, status := range slices.Sorted(maps.Keys(o.Responses)) {
		r := resolve(o.Responses[status].Ref, o.Responses[status], a.Components.Responses)
		content, ok := r.Content["application/json"]
		if !ok {
			return nil, errors.New(o.Path + " " + status + ": has no JSON")
		}
		text, err := jsonOf(&content.Example)
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", o.Path, status, err)
		}
		if status == "default" {
			status = "otro"
		}
		all = append(all, answer{status, r.Description, text})
	}
	return all, nil
}

// jsonOf writes a node as JSON with its members in their order.
func jsonOf(node *yaml.Node) (string, error) {
	var compact, out bytes.Buffer
	if err := writeJSON(&compact, node); err != nil {
		return "", err
	}
	err := json.Indent(&out, compact.Bytes(), "", "  ")
	return out.String(), err
}

func writeJSON(out *bytes.Buffer, node *yaml.Node) error {
	open, shut := "[", "]"
	if node.Kind == yaml.MappingNode {
		open, shut = "{", "}"
	}
	switch node.Kind {
	case yaml.ScalarNode:
		var v any
		if err := node.Decode(&v); err != nil {
			return err
		}
		encoder := json.NewEncoder(out)
		encoder.SetEscapeHTML(false)
		return encoder.Encode(v)
	case yaml.MappingNode, yaml.SequenceNode:
		out.WriteString(open)
		for i, child := range node.Content {
			switch {
			case node.Kind == yaml.MappingNode && i%2 == 1:
				out.WriteByte(':')
			case i > 0:
				out.WriteByte(',')
			}
			if err := writeJSON(out, child); err != nil {
				return err
			}
		}
		out.WriteString(shut)
		return nil
	}
	return errors.New("has no example")
}
