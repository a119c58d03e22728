// Package qrtest reads what package qr draws with a decoder of others' making.
package qrtest

import (
	"encoding/xml"
	"fmt"
	"image"
	"image/color"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
)

// Scan reads the QR code of a picture, as UTF-8.
func Scan(t testing.TB, picture image.Image) (text, level string) {
	t.Helper()
	bitmap, err := gozxing.NewBinaryBitmapFromImage(picture)
	check(t, err)
	result, err := qrcode.NewQRCodeReader().Decode(bitmap, map[gozxing.DecodeHintType]any{
		gozxing.DecodeHintType_PURE_BARCODE: true, gozxing.DecodeHintType_CHARACTER_SET: "UTF-8",
	})
	check(t, err)
	return result.GetText(), fmt.Sprint(result.GetResultMetadata()[gozxing.ResultMetadataType_ERROR_CORRECTION_LEVEL])
}

// QuietZone checks that four modules of each edge are white, and no more.
func QuietZone(t testing.TB, picture image.Image, scale int) {
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

// Raster paints an SVG of package qr: a white ground and one path of rectangles.
func Raster(t testing.TB, svg []byte, scale int) image.Image {
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

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
