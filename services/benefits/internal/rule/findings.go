package rule

import (
	"fmt"
	"regexp"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common"

	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
)

// The rules of lint, as Finding.rule names them.
const (
	ruleSyntax      = "syntax"
	ruleType        = "type"
	ruleUnknownFact = "unknown_fact"
	ruleAbsenceTest = "absence_test"
	ruleCost        = "cost"
	ruleText        = "text"
	ruleExamples    = "examples"
	ruleValue       = "value"
)

// requiredLanguage is the one that every text is there in.
const requiredLanguage = "es"

// fewestExamples are those without which a version is not published.
const fewestExamples = 2

// mostOfField bounds what is said of one field. A text that is no expression at all can be wrong in each of its characters.
const mostOfField = 8

// findings collects what lint finds about a benefit.
type findings struct {
	benefit string
	field   string
	ofField int
	all     []*benefitsv1.Finding
	errors  int
}

// at sets the field that what is found next is about.
func (f *findings) at(field string) { f.field, f.ofField = field, 0 }

func (f *findings) failed() bool { return f.errors > 0 }

func (f *findings) error(rule, message string, args ...any) {
	f.errors++
	f.add(benefitsv1.Severity_SEVERITY_ERROR, rule, fmt.Sprintf(message, args...))
}

func (f *findings) warn(rule, message string, args ...any) {
	f.add(benefitsv1.Severity_SEVERITY_WARNING, rule, fmt.Sprintf(message, args...))
}

func (f *findings) add(severity benefitsv1.Severity, rule, message string) {
	if f.ofField++; f.ofField > mostOfField {
		return
	}
	f.all = append(f.all, &benefitsv1.Finding{Field: f.field, BenefitId: f.benefit, Severity: severity, Rule: rule, Message: message})
}

// issues adds what CEL says, with the place in the expression.
func (f *findings) issues(rule string, issues *cel.Issues) {
	for _, issue := range issues.Errors() {
		message := issue.Message
		if parts := noOverload.FindStringSubmatch(message); parts != nil {
			message = fmt.Sprintf("%s cannot be applied to %s; compare and reckon with values of one type", readable(parts[1]), parts[2])
		}
		f.error(rule, "%s%s", place(issue.Location), message)
	}
}

// noOverload is how CEL says that an operator or function does not take values of such types.
var noOverload = regexp.MustCompile(`^found no matching overload for '(.*)' applied to '(.*)'$`)

// place tells line and column, both from 1, where they are known.
func place(at common.Location) string {
	if at == nil || at.Line() < 1 {
		return ""
	}
	return fmt.Sprintf("line %d, column %d: ", at.Line(), at.Column()+1)
}

// texts looks at what people read, at names that must be unique and at the number of examples.
func (f *findings) texts(b *benefitsv1.Benefit) {
	if b.GetTexts()[requiredLanguage] == nil {
		f.at("texts")
		f.error(ruleText, "title and description in Spanish (%q) are missing", requiredLanguage)
	}
	names := make(map[string]bool)
	for i, c := range b.GetConditions() {
		if c.GetSentences()[requiredLanguage] == "" {
			f.at(fmt.Sprintf("conditions[%d].sentences", i))
			f.error(ruleText, "the sentence in Spanish (%q) is missing", requiredLanguage)
		}
		if names[c.GetName()] {
			f.at(fmt.Sprintf("conditions[%d].name", i))
			f.error(ruleText, "another condition has this name; give each its own")
		}
		names[c.GetName()] = true
	}
	if n := len(b.GetExamples()); n < fewestExamples {
		f.at("examples")
		f.warn(ruleExamples, "%d of the %d example cases that publishing needs are there; write a case for an outcome and one for another", n, fewestExamples)
	}
}
