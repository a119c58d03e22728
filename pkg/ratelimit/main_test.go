package ratelimit_test

import (
	"testing"

	"github.com/ventanilla/ventanilla/pkg/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }
