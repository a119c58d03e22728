package qr_test

import (
	"bytes"
	"image/png"
	"strings"
	"testing"

	"github.com/ventanilla/ventanilla/pkg/qr"
	"github.com/ventanilla/ventanilla/pkg/qr/qrtest"
)

func TestWhatIsDrawnIsRead(t *testing.T) {
	for _, text := range []string{"a", "Ñandú", strings.Repeat("0123456789-_", 20)} {
		code, err := qr.New(text)
		if err != nil {
			t.Fatal(err)
		}
		drawn, err := code.PNG(3)
		if err != nil {
			t.Fatal(err)
		}
		picture, err := png.Decode(bytes.NewReader(drawn))
		if err != nil {
			t.Fatal(err)
		}
		qrtest.QuietZone(t, picture, 3)
		painted := qrtest.Raster(t, code.SVG(5), 4)
		qrtest.QuietZone(t, painted, 4)
		for _, image := range []struct{ text, level string }{read(qrtest.Scan(t, picture)), read(qrtest.Scan(t, painted))} {
			if image.text != text || image.level != "M" {
				t.Errorf("%q is read as %q at %s", text, image.text, image.level)
			}
		}
	}
}

func read(text, level string) struct{ text, level string } {
	return struct{ text, level string }{text, level}
}

func TestATextThatIsTooLongIsNotDrawn(t *testing.T) {
	if _, err := qr.New(strings.Repeat("x", 3000)); err == nil || strings.Contains(err.Error(), "xxx") {
		t.Errorf("got %v", err)
	}
}
