package benefits

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
)

const spanish = "es"

// plain tells whether a text of several lines has no control characters but the ends of lines.
func plain(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' })
}

// line is what is wrong with a text of one line.
func line(field, text string) []*benefitsv1.Finding {
	if strings.ContainsFunc(text, unicode.IsControl) {
		return []*benefitsv1.Finding{wrong(field, ruleText, "must be one line, without control characters")}
	}
	return lines(field, text)
}

// lines is what is wrong with a text of several lines. That it is there is seen to elsewhere.
func lines(field, text string) []*benefitsv1.Finding {
	switch {
	case !plain(text):
		return []*benefitsv1.Finding{wrong(field, ruleText, "must not have control characters")}
	case strings.TrimSpace(text) != text: // a file could not say so
		return []*benefitsv1.Finding{wrong(field, ruleText, "must not begin or end with a blank")}
	}
	return nil
}

// labels is what is wrong with what something is called, by language.
func labels(field string, labels map[string]string) (found []*benefitsv1.Finding) {
	if labels[spanish] == "" {
		found = append(found, wrong(field, ruleText, `the label in Spanish ("es") is missing`))
	}
	for _, language := range slices.Sorted(maps.Keys(labels)) {
		found = append(found, line(fmt.Sprintf("%s[%q]", field, language), labels[language])...)
	}
	return found
}

// texts is what is wrong with what people read of a benefit, with its addresses and with its days. That texts in Spanish are there is
// seen to with the conditions.
func texts(b *benefitsv1.Benefit) (found []*benefitsv1.Finding) {
	add := func(some []*benefitsv1.Finding) { found = append(found, some...) }
	for _, language := range slices.Sorted(maps.Keys(b.GetTexts())) {
		at := fmt.Sprintf("texts[%q]", language)
		add(line(at+".title", b.GetTexts()[language].GetTitle()))
		add(lines(at+".description", b.GetTexts()[language].GetDescription()))
	}
	for i, c := range b.GetConditions() {
		at := fmt.Sprintf("conditions[%d]", i)
		add(lines(at+".expression", c.GetExpression()))
		for _, language := range slices.Sorted(maps.Keys(c.GetSentences())) {
			add(line(fmt.Sprintf("%s.sentences[%q]", at, language), c.GetSentences()[language]))
		}
	}
	for i, c := range b.GetCitations() {
		at := fmt.Sprintf("citations[%d]", i)
		add(line(at+".norm", c.GetNorm()))
		add(line(at+".article", c.GetArticle()))
		if c.GetUrl() != "" {
			add(address(at+".url", c.GetUrl()))
		}
	}
	for i, e := range b.GetExamples() {
		add(line(fmt.Sprintf("examples[%d].name", i), e.GetName()))
	}
	add(address("url", b.GetUrl()))
	add(lines("note", b.GetNote()))
	add(days(b.GetEffectiveFrom(), b.GetEffectiveUntil()))
	return found
}

func address(field, text string) []*benefitsv1.Finding {
	if parsed, err := url.Parse(text); err != nil || parsed.Scheme != "https" || parsed.Hostname() == "" {
		return []*benefitsv1.Finding{wrong(field, ruleText, "must be an absolute https address")}
	}
	return nil
}

func days(from, until string) (found []*benefitsv1.Finding) {
	for _, day := range [][2]string{{"effective_from", from}, {"effective_until", until}} {
		if _, err := time.Parse(time.DateOnly, day[1]); day[1] != "" && err != nil {
			found = append(found, wrong(day[0], ruleDate, "there is no such day"))
		}
	}
	if from != "" && until != "" && until < from {
		found = append(found, wrong("effective_until", ruleDate, "must not be before effective_from"))
	}
	return found
}
