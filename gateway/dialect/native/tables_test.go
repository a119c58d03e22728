package native_test

import (
	"testing"

	"github.com/ventanilla/ventanilla/gateway/dialect/native"
	"github.com/ventanilla/ventanilla/gateway/edgetest"
)

func TestEveryReasonHasAnAnswer(t *testing.T) { edgetest.EveryReason(t, native.Answers) }

func TestEveryValidatedFieldHasAName(t *testing.T) { edgetest.EveryField(t, native.Fields) }
