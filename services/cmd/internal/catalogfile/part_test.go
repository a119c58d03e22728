package catalogfile_test

import (
	"strings"

	"google.golang.org/protobuf/types/known/structpb"
	"pgregory.net/rapid"

	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
)

// texts are those that a catalogue may have, with what YAML is prone to take for something else.
func texts() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.SampledFrom([]string{
			"no", "null", "~", "true", "1", "1.5", "0x1", "1_000", ".inf", "2026-01-02", "2026-13-45", "2001-12-14T21:59:43Z", "a: b", "# a", "- a", "* a", "&a", "!a", "%", "@",
			"{a}", "[a]", "'", `"`, `\`, "a #b", "a:", "|", ">-", "?", "línea 1\nlínea 2", "a\n\n  b\nc", "a\n\tb", "\u2028", "\u0085x", "\ufeffx", "東京 😀", "<<", "=",
		}),
		rapid.StringMatching(`[ -~ñáéíóú\n]{1,40}`),
	).Filter(func(text string) bool { return text != "" && strings.TrimSpace(text) == text })
}

func byLanguage[T any](values *rapid.Generator[T]) *rapid.Generator[map[string]T] {
	return rapid.MapOfN(rapid.SampledFrom([]string{"es", "en", "no", "de", "arn-CL"}), values, 1, 4)
}

func facts() *rapid.Generator[*structpb.Struct] {
	value := rapid.OneOf(
		rapid.Map(rapid.Bool(), structpb.NewBoolValue),
		rapid.Map(texts(), structpb.NewStringValue),
		rapid.Map(rapid.Int64Range(-1<<53, 1<<53), func(n int64) *structpb.Value { return structpb.NewNumberValue(float64(n)) }),
		rapid.Map(rapid.Float64Range(-1e15, 1e15), structpb.NewNumberValue),
		rapid.Map(rapid.SliceOfN(texts(), 0, 3), func(all []string) *structpb.Value {
			list := &structpb.ListValue{}
			for _, text := range all {
				list.Values = append(list.Values, structpb.NewStringValue(text))
			}
			return structpb.NewListValue(list)
		}),
	)
	return rapid.Map(rapid.MapOfN(texts(), value, 0, 4), func(fields map[string]*structpb.Value) *structpb.Struct {
		return &structpb.Struct{Fields: fields}
	})
}

// parts are parts of a catalogue.
func parts() *rapid.Generator[*benefitsv1.ImportRequest] {
	return rapid.Custom(func(t *rapid.T) *benefitsv1.ImportRequest {
		text := func(name string) string { return texts().Draw(t, name) }
		few := func(name string) int { return rapid.IntRange(0, 2).Draw(t, name) }
		in := &benefitsv1.ImportRequest{}
		for range few("categories") {
			in.Categories = append(in.Categories, &benefitsv1.Category{
				CategoryId: text("id"), Labels: byLanguage(texts()).Draw(t, "labels"), Position: rapid.Int32().Draw(t, "position"),
			})
		}
		for range few("facts") {
			in.Facts = append(in.Facts, &benefitsv1.FactDefinition{
				Name: text("name"), Type: benefitsv1.FactType(rapid.IntRange(0, 6).Draw(t, "type")),
				Labels: byLanguage(texts()).Draw(t, "labels"), Values: rapid.SliceOfN(texts(), 0, 3).Draw(t, "values"),
			})
		}
		for range few("benefits") {
			b := &benefitsv1.Benefit{
				BenefitId: text("id"), Category: text("category"), Url: text("url"), EffectiveFrom: text("from"), Note: text("note"),
				ChileatiendeIds: rapid.SliceOfN(rapid.Int64(), 0, 3).Draw(t, "ids"),
				Beneficiary:     benefitsv1.Beneficiary(rapid.IntRange(0, 2).Draw(t, "beneficiary")),
				Texts: byLanguage(rapid.Custom(func(t *rapid.T) *benefitsv1.BenefitText {
					return &benefitsv1.BenefitText{Title: texts().Draw(t, "title"), Description: texts().Draw(t, "description")}
				})).Draw(t, "texts"),
			}
			for range few("citations") {
				b.Citations = append(b.Citations, &benefitsv1.Citation{Norm: text("norm"), Article: text("article")})
			}
			for range few("conditions") {
				b.Conditions = append(b.Conditions, &benefitsv1.Condition{
					Name: text("name"), Expression: text("expression"), Sentences: byLanguage(texts()).Draw(t, "sentences"),
				})
			}
			for range few("examples") {
				b.Examples = append(b.Examples, &benefitsv1.ExampleCase{
					Name: text("name"), Facts: facts().Draw(t, "facts"), Outcome: benefitsv1.Outcome(rapid.IntRange(0, 3).Draw(t, "outcome")),
				})
			}
			in.Benefits = append(in.Benefits, b)
		}
		return in
	})
}
