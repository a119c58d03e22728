package identity_test

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// scan reads the QR code of a picture, as UTF-8.
func scan(t *testing.T, picture image.Image) (text, level string) {
	t.Helper()
	bitmap, err := gozxing.NewBinaryBitmapFromImage(picture)
	check(t, err)
	result, err := qrcode.NewQRCodeReader().Decode(bitmap, map[gozxing.DecodeHintType]any{
		gozxing.DecodeHintType_PURE_BARCODE: true, gozxing.DecodeHintType_CHARACTER_SET: "UTF-8",
	})
	check(t, err)
	return result.GetText(), fmt.Sprint(result.GetResultMetadata()[gozxing.ResultMetadataType_ERROR_CORRECTION_LEVEL])
}

// quietZone is how many modules of an edge are white.
func quietZone(t *testing.T, picture image.Image, scale int) {
	t.Helper()
	side := picture.Bounds().Dx()
	for i := range side {
		for depth := range 4 * scale {
			for _, at := range []image.Point{{i, depth}, {depth, i}, {i, side - 1 - depth}, {side - 1 - depth, i}} {
				if r, _, _, _ := picture.At(at.X, at.Y).RGBA(); r != 0xffff {
					t.Fatalf("%v is not white", at)
				}
			}
		}
	}
	if r, _, _, _ := picture.At(4*scale, 4*scale).RGBA(); r != 0 {
		t.Error("the code does not begin where the quiet zone ends")
	}
}

// raster paints an SVG of ours: a white ground and one path of rectangles.
func raster(t *testing.T, svg []byte, scale int) image.Image {
	t.Helper()
	var read struct {
		Version string `xml:"version,attr"`
		ViewBox string `xml:"viewBox,attr"`
		Paths   []struct {
			D string `xml:"d,attr"`
		} `xml:"path"`
	}
	check(t, xml.Unmarshal(svg, &read))
	var size int
	_, err := fmt.Sscanf(read.ViewBox, "0 0 %d", &size)
	check(t, err)
	if read.Version != "1.1" || len(read.Paths) != 1 {
		t.Fatalf("%+v", read)
	}
	picture := image.NewGray(image.Rect(0, 0, size*scale, size*scale))
	for i := range picture.Pix {
		picture.Pix[i] = 0xff
	}
	steps := regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-(\d+)z`).FindAllStringSubmatch(read.Paths[0].D, -1)
	if length := len(strings.Join(flatten(steps), "")); length != len(read.Paths[0].D) {
		t.Fatal("the path has something else than rectangles")
	}
	for _, step := range steps {
		var n [4]int
		for i, text := range step[1:] {
			n[i], err = strconv.Atoi(text)
			check(t, err)
		}
		for y := n[1] * scale; y < (n[1]+1)*scale; y++ {
			for x := n[0] * scale; x < (n[0]+n[2])*scale; x++ {
				picture.SetGray(x, y, color.Gray{})
			}
		}
	}
	return picture
}

func flatten(matches [][]string) (whole []string) {
	for _, match := range matches {
		whole = append(whole, match[0])
	}
	return whole
}

func TestCardsAreDrawn(t *testing.T) {
	p := newPlatform(t)
	r := p.replica()
	long := student("long")
	long.given = strings.Repeat("Ñandú ", 20)
	for _, m := range []member{student("short"), long} {
		c := r.issue(p.enter(m))
		for _, scale := range []int32{0, 1, 32} {
			drawn := func(format identityv1.ImageFormat) *identityv1.RenderCardResponse {
				answer, err := r.cards().RenderCard(r.byOperator("viewer"), &identityv1.RenderCardRequest{
					Folio: c.GetFolio(), Format: format, Scale: scale, Access: because(),
				})
				check(t, err)
				if answer.GetQr() != c.GetQr() {
					t.Errorf("qr %q", answer.GetQr())
				}
				return answer
			}
			pixels := int(scale)
			if scale == 0 {
				pixels = 8
			}
			answer := drawn(identityv1.ImageFormat_IMAGE_FORMAT_UNSPECIFIED)
			picture, err := png.Decode(bytes.NewReader(answer.GetImage()))
			check(t, err)
			text, level := scan(t, picture)
			if text != c.GetQr() || level != "M" || answer.GetMediaType() != "image/png" {
				t.Errorf("%s: read %q at level %s", answer.GetMediaType(), text, level)
			}
			modules := picture.Bounds().Dx()/pixels - 8
			if version := (modules - 17) / 4; picture.Bounds().Dx()%pixels != 0 || version < 8 || version > 11 {
				t.Errorf("%d pixels, version %d", picture.Bounds().Dx(), version)
			}
			if palette, ok := picture.(*image.Paletted); !ok || len(palette.Palette) != 2 {
				t.Error("not in two colours")
			}
			quietZone(t, picture, pixels)

			answer = drawn(identityv1.ImageFormat_IMAGE_FORMAT_SVG)
			painted := raster(t, answer.GetImage(), 4)
			if text, level := scan(t, painted); text != c.GetQr() || level != "M" || answer.GetMediaType() != "image/svg+xml" {
				t.Errorf("%s: read %q at level %s", answer.GetMediaType(), text, level)
			}
			quietZone(t, painted, 4)
		}
	}
	entries := p.logged("pseudonym of long")
	if !strings.Contains(entries[0], `"act":"RenderCard"`) || !strings.Contains(entries[0], `"fields":["image","qr"]`) {
		t.Errorf("logged %s", entries[0])
	}
}

func TestWhatIsNotDrawn(t *testing.T) {
	p := newPlatform(t)
	r := p.replica()
	c := r.issue(p.enter(student("1")))
	render := func(folio string, change func(*identityv1.RenderCardRequest)) error {
		request := &identityv1.RenderCardRequest{Folio: folio, Access: because()}
		change(request)
		_, err := r.cards().RenderCard(r.byOperator("viewer"), request)
		return err
	}
	as := func(*identityv1.RenderCardRequest) {}
	wantReason(t, render("nobody", as), errorsv1.Reason_REASON_CARD_NOT_FOUND)
	wantReason(t, render(c.GetFolio(), func(r *identityv1.RenderCardRequest) { r.DataSet = inStaging }), errorsv1.Reason_REASON_CARD_NOT_FOUND)
	wantReason(t, render(c.GetFolio(), func(r *identityv1.RenderCardRequest) { r.Scale = 33 }), errorsv1.Reason_REASON_FIELD_INVALID)
	wantReason(t, render(c.GetFolio(), func(r *identityv1.RenderCardRequest) { r.Access = nil }), errorsv1.Reason_REASON_FIELD_MISSING)
	r.revoke(c)
	wantReason(t, render(c.GetFolio(), as), errorsv1.Reason_REASON_CARD_REVOKED)
}
