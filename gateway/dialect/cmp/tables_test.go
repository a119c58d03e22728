package cmp_test

import (
	"testing"

	"github.com/ventanilla/ventanilla/gateway/dialect/cmp"
	"github.com/ventanilla/ventanilla/gateway/edgetest"
)

func TestEveryReasonHasAnAnswer(t *testing.T) { edgetest.EveryReason(t, cmp.Answers) }

func TestEveryValidatedFieldHasAName(t *testing.T) { edgetest.EveryField(t, cmp.Fields) }

func TestEveryAnswerHasTexts(t *testing.T) {
	for reason, answer := range cmp.Answers {
		if envelope, oauth := answer.Texts(); envelope == "" || oauth == "" {
			t.Errorf("%s has no text", reason)
		}
	}
}
