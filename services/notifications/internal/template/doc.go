// Package template makes texts of templates: "{{name}}" stands for a value, and there is no other markup. A template that [Parse] takes fits
// into a title and a message with whatever values its placeholders may have.
package template
