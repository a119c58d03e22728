package tuidd_test

import (
	"testing"

	"github.com/ventanilla/ventanilla/gateway/dialect/tuidd"
	"github.com/ventanilla/ventanilla/gateway/edgetest"
)

func TestEveryReasonHasAnAnswer(t *testing.T) { edgetest.EveryReason(t, tuidd.Answers) }

func TestEveryValidatedFieldHasAName(t *testing.T) { edgetest.EveryField(t, tuidd.Fields) }
