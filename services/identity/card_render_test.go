package identity_test

import (
	"bytes"
	"image"
	"image/png"
	"strings"
	"testing"

	"github.com/ventanilla/ventanilla/pkg/qr/qrtest"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

func TestCardsAreDrawn(t *testing.T) {
	p := newPlatform(t)
	r := p.replica()
	long := student("long")
	long.given = strings.Repeat("Ñandú ", 20)
	for _, m := range []member{student("short"), long} {
		c := r.issue(p.enter(m))
		for _, scale := range []int32{0, 1, 32} {
			drawn := func(format identityv1.ImageFormat) *identityv1.RenderCardResponse {
				answer, err := r.cards().RenderCard(r.ByOperator("viewer"), &identityv1.RenderCardRequest{
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
			text, level := qrtest.Scan(t, picture)
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
			qrtest.QuietZone(t, picture, pixels)

			answer = drawn(identityv1.ImageFormat_IMAGE_FORMAT_SVG)
			painted := qrtest.Raster(t, answer.GetImage(), 4)
			if text, level := qrtest.Scan(t, painted); text != c.GetQr() || level != "M" || answer.GetMediaType() != "image/svg+xml" {
				t.Errorf("%s: read %q at level %s", answer.GetMediaType(), text, level)
			}
			qrtest.QuietZone(t, painted, 4)
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
		_, err := r.cards().RenderCard(r.ByOperator("viewer"), request)
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
