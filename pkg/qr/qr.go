// Package qr draws QR codes (ISO/IEC 18004) at error correction M, with the quiet zone that readers need.
package qr

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strconv"

	"github.com/boombuler/barcode"
	encoder "github.com/boombuler/barcode/qr"
)

// quiet is the width of the empty border in modules.
const quiet = 4

// Code is a QR code, to be drawn.
type Code struct{ modules barcode.Barcode }

// New encodes a text byte by byte, in the smallest version that has room for it.
func New(text string) (Code, error) {
	modules, err := encoder.Encode(text, encoder.M, encoder.Unicode)
	if err != nil {
		return Code{}, fmt.Errorf("making a QR code of %d bytes: %w", len(text), err)
	}
	return Code{modules}, nil
}

// Version is the code's size, 1 to 40.
func (c Code) Version() int { return (c.modules.Bounds().Dx() - 17) / 4 }

// size is the width in modules, the quiet zone among them.
func (c Code) size() int { return c.modules.Bounds().Dx() + 2*quiet }

func (c Code) black(x, y int) bool {
	at := image.Pt(x-quiet, y-quiet)
	return at.In(c.modules.Bounds()) && c.modules.At(at.X, at.Y) == color.Black
}

// PNG draws the code in black and white, each module scale pixels wide.
func (c Code) PNG(scale int) ([]byte, error) {
	side := c.size() * scale
	picture := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.White, color.Black})
	for y := range c.size() {
		row := picture.Pix[y*scale*picture.Stride:]
		for x := range side {
			if c.black(x/scale, y) {
				row[x] = 1
			}
		}
		for again := 1; again < scale; again++ {
			copy(row[again*picture.Stride:], row[:side])
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		return nil, fmt.Errorf("writing a PNG: %w", err)
	}
	return out.Bytes(), nil
}

// SVG draws the code as one black path on white, each module scale units wide.
func (c Code) SVG(scale int) []byte {
	size := c.size()
	var out bytes.Buffer
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" version="1.1" width="%d" height="%d" viewBox="0 0 %d %d" shape-rendering="crispEdges">`,
		size*scale, size*scale, size, size)
	out.WriteString(`<rect width="100%" height="100%" fill="#fff"/><path fill="#000" d="`)
	for y := range size {
		for x := 0; x < size; x++ {
			from := x
			for c.black(x, y) {
				x++
			}
			if x > from {
				out.WriteString("M" + strconv.Itoa(from) + " " + strconv.Itoa(y) + "h" + strconv.Itoa(x-from) + "v1h-" + strconv.Itoa(x-from) + "z")
			}
		}
	}
	out.WriteString(`"/></svg>`)
	return out.Bytes()
}
