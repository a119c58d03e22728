package e2e

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
)

// scene is what the tests of the validator page are told: the platform, and the texts of its cards' QR codes.
type scene struct {
	BaseURL string `json:"base_url"`
	CAFile  string `json:"ca_file"`
	QR      string `json:"qr"`
	Revoked string `json:"revoked_qr"`
	Staging string `json:"stag_qr"`
	// PNG is a picture of QR, and Camera a film of it.
	PNG    string `json:"png"`
	Camera string `json:"camera"`
}

// TestValidator has a browser open what the platform's QR codes say.
func TestValidator(t *testing.T) {
	browse(t, up(t, t.TempDir()).scene(t), "*.test.mjs")
}

// scene renews the demo's card, so that there is a revoked one too.
func (p *platform) scene(t *testing.T) scene {
	t.Helper()
	dir := t.TempDir()
	old := p.render(t, filepath.Join(dir, "old.png"), p.demo.IDDi.Folio)
	var renewed struct {
		Card struct {
			Folio string `json:"folio"`
			QR    string `json:"qr"`
		} `json:"card"`
	}
	p.owner().run(t, &renewed, "card", "renew", p.demo.IDDi.Folio)
	s := scene{
		BaseURL: p.demo.BaseURL, CAFile: p.demo.CAFile, Revoked: old,
		QR:      p.render(t, filepath.Join(dir, "card.png"), renewed.Card.Folio),
		Staging: p.render(t, filepath.Join(dir, "staging.png"), p.demo.IDDi.StagFolio, "--data-set", "staging"),
		PNG:     filepath.Join(dir, "card.png"), Camera: filepath.Join(dir, "card.y4m"),
	}
	if s.QR != renewed.Card.QR {
		t.Errorf("the picture says %q, and the card %q", s.QR, renewed.Card.QR)
	}
	if err := os.WriteFile(s.Camera, film(picture(t, s.PNG)), 0o600); err != nil {
		t.Fatal(err)
	}
	return s
}

// render has the platform draw a card and returns what the picture says.
func (p *platform) render(t *testing.T, file, folio string, more ...string) string {
	t.Helper()
	p.owner().run(t, nil, append([]string{"card", "render", folio, "--out", file, "--scale", "6", "--purpose", "end-to-end test"}, more...)...)
	return decoded(t, picture(t, file))
}

// decoded is what a picture of nothing but a QR code says, as a decoder of others' making reads it.
func decoded(t *testing.T, img image.Image) string {
	t.Helper()
	bitmap, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	read, err := qrcode.NewQRCodeReader().Decode(bitmap, map[gozxing.DecodeHintType]any{
		gozxing.DecodeHintType_CHARACTER_SET: "UTF-8",
		gozxing.DecodeHintType_PURE_BARCODE:  true, // nothing but the code is in the picture
	})
	if err != nil {
		t.Fatalf("reading a QR code: %v", err)
	}
	return read.GetText()
}

func picture(t *testing.T, file string) image.Image {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return img
}

// film is a picture held before a camera, as a browser's pretended camera takes it: YUV4MPEG2 with planes of 4:2:0.
func film(card image.Image) []byte {
	const width, height, frames = 640, 480, 5
	grey := image.NewGray(image.Rect(0, 0, width, height))
	draw.Draw(grey, grey.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(grey, card.Bounds().Add(image.Pt(100, 30)), card, image.Point{}, draw.Src)
	var out bytes.Buffer
	fmt.Fprintf(&out, "YUV4MPEG2 W%d H%d F10:1 Ip A1:1 C420jpeg\n", width, height)
	for range frames {
		out.WriteString("FRAME\n")
		out.Write(grey.Pix)
		out.Write(bytes.Repeat([]byte{128}, width*height/2))
	}
	return out.Bytes()
}
