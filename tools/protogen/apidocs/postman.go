package main

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// dict is an object of the collection.
type dict = map[string]any

// braces are values that the reader fills in: Postman's variables have two.
var braces = regexp.MustCompile(`\{(\w+)\}`)

func variables(text string) string { return braces.ReplaceAllString(text, "{{$1}}") }

// collection is the API in Postman's format v2.1, a folder a tag.
func collection(a *api) any {
	var folders []any
	used := make(map[string]bool)
	for _, tag := range a.Tags {
		var items []any
		for _, o := range a.operations {
			if o.Tags[0] != tag.Name {
				continue
			}
			for _, c := range o.Calls {
				items = append(items, item(o, c))
				for _, name := range braces.FindAllStringSubmatch(curl(o, c), -1) {
					used[name[1]] = true
				}
			}
		}
		folders = append(folders, dict{"name": tag.Name, "description": tag.Description, "item": items})
	}
	var all []any
	for _, name := range slices.Sorted(maps.Keys(used)) {
		all = append(all, dict{"key": name, "value": ""})
	}
	return dict{
		"info": dict{
			"name": a.Info.Title, "description": a.Info.Description,
			"schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
		},
		"item":     folders,
		"variable": all,
	}
}

func item(o operation, c call) any {
	var sent []any
	for _, h := range headers(o, c) {
		sent = append(sent, dict{"key": h.name, "value": variables(h.value)})
	}
	raw := "{{base_url}}" + o.Path
	address := dict{"host": []string{"{{base_url}}"}, "path": strings.Split(strings.TrimPrefix(o.Path, "/"), "/")}
	request := dict{"method": o.Method, "header": sent, "url": address, "description": o.Description}
	switch c.Form {
	case "url":
		raw += "?" + variables(query(c))
		address["query"] = pairs(c)
	case "formulario":
		request["body"] = dict{"mode": "urlencoded", "urlencoded": pairs(c)}
	case "json":
		request["body"] = dict{"mode": "raw", "raw": variables(object(c))}
	}
	address["raw"] = raw
	return dict{
		"name": c.Name, "request": request,
		"event": []any{dict{"listen": "test", "script": dict{"type": "text/javascript", "exec": checks(o, c)}}},
	}
}

func pairs(c call) (all []any) {
	for _, v := range c.values() {
		all = append(all, dict{"key": v.Name, "value": variables(v.Value)})
	}
	return all
}

// checks are what Postman looks at in the answer, and what it keeps for later calls.
func checks(_ operation, c call) []string {
	lines := []string{
		fmt.Sprintf("pm.test(%q, () => pm.response.to.have.status(%d));", fmt.Sprint("Responde ", c.Status), c.Status),
		`pm.test("Es JSON", () => pm.response.to.be.json);`,
	}
	for _, name := range slices.Sorted(maps.Keys(c.Keeps)) {
		lines = append(lines, fmt.Sprintf("pm.test(%q, () => pm.expect(pm.response.json().%s).to.be.a('string').and.not.empty);", "Entrega "+c.Keeps[name], c.Keeps[name]),
			fmt.Sprintf("pm.collectionVariables.set(%q, pm.response.json().%s);", name, c.Keeps[name]))
	}
	return lines
}
