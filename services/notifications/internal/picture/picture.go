package picture

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"

	_ "golang.org/x/image/webp" // for package image to read
)

const (
	// MaxBytes bounds a picture as it is sent.
	MaxBytes = 256 << 10
	// maxSide bounds width and height, maxPixels both: decoded, a pixel has up to 8 bytes.
	maxSide   = 4096
	maxPixels = 4 << 20
	// maxScans bounds the passes over a JPEG, each of which takes the time of all its pixels. Progressive ones have about ten.
	maxScans = 64
	// quality is that of JPEGs.
	quality = 85
	// atOnce bounds the pictures that are decoded at a time.
	atOnce = 2
)

// decoding has a place for each picture that is being decoded: its memory is bounded for the process, whoever calls.
var decoding = make(chan struct{}, atOnce) //nolint:gochecknoglobals // see above

var errUnreadable = errors.New("cannot be read: it is damaged, or has no first picture of its full size")

// Normalize checks a PNG, JPEG or WebP picture and writes it anew, a PNG as PNG and others as JPEG. Of an animated PNG the picture for those
// who show no animation is left, of what is transparent in a WebP white. The error says what is wrong, in words for whoever sent it.
func Normalize(data []byte) (normal []byte, mediaType string, err error) {
	if len(data) > MaxBytes {
		return nil, "", errors.New("must have at most 256 KiB")
	}
	name, err := look(data)
	if err != nil {
		return nil, "", err
	}
	decoding <- struct{}{}
	defer func() { <-decoding }()
	picture, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, "", errUnreadable
	}
	var out bytes.Buffer
	if name == "png" {
		mediaType, err = "image/png", (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, shallow(picture))
	} else {
		mediaType, err = "image/jpeg", jpeg.Encode(&out, opaque(picture), &jpeg.Options{Quality: quality})
	}
	if err != nil {
		return nil, "", fmt.Errorf("cannot be written anew: %w", err)
	}
	return out.Bytes(), mediaType, nil
}

// look tells the format of a picture that can be decoded within bounds.
func look(data []byte) (name string, err error) {
	config, name, err := image.DecodeConfig(bytes.NewReader(data))
	switch {
	case errors.Is(err, image.ErrFormat), err == nil && name != "png" && name != "jpeg" && name != "webp":
		return "", errors.New("must be a PNG, JPEG or WebP picture")
	case err != nil:
		return "", errUnreadable
	case config.Width < 1 || config.Height < 1:
		return "", errors.New("must not be empty")
	case config.Width > maxSide || config.Height > maxSide:
		return "", errors.New("must be at most 4096 pixels wide and high")
	case config.Width*config.Height > maxPixels:
		return "", errors.New("must have at most 4194304 pixels, as 2048 by 2048")
	case name == "jpeg" && bytes.Count(data, []byte{0xff, 0xda}) > maxScans:
		return "", errors.New("must be a JPEG with at most 64 scans")
	}
	return name, nil
}

// shallow is a picture with 8 bits a colour.
func shallow(picture image.Image) image.Image {
	switch picture.(type) {
	case *image.Gray16:
		return redrawn(image.NewGray(picture.Bounds()), picture)
	case *image.RGBA64, *image.NRGBA64:
		return redrawn(image.NewNRGBA(picture.Bounds()), picture)
	}
	return picture
}

// opaque is a picture on white, as JPEG has no transparency.
func opaque(picture image.Image) image.Image {
	switch picture.(type) {
	case *image.YCbCr, *image.Gray:
		return picture
	}
	page := image.NewRGBA(picture.Bounds())
	draw.Draw(page, page.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(page, page.Bounds(), picture, picture.Bounds().Min, draw.Over)
	return page
}

func redrawn(page draw.Image, picture image.Image) image.Image {
	draw.Draw(page, page.Bounds(), picture, picture.Bounds().Min, draw.Src)
	return page
}
