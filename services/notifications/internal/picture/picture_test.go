package picture_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"github.com/ventanilla/ventanilla/services/notifications/internal/picture"
)

// Two WebP pictures of one pixel: lossy, and lossless with alpha.
const (
	lossy    = "UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA"
	lossless = "UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA=="
)

func decoded(t testing.TB, text string) []byte {
	t.Helper()
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// gradient is a picture whose pixels differ.
func gradient(width, height int) *image.NRGBA {
	drawn := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			drawn.SetNRGBA(x, y, color.NRGBA{uint8(x), uint8(y), uint8(x + y), 255})
		}
	}
	return drawn
}

func asPNG(t testing.TB, drawn image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, drawn); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func asJPEG(t testing.TB, drawn image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := jpeg.Encode(&out, drawn, nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// normal is a picture that is taken.
func normal(t testing.TB, data []byte, want string) image.Image {
	t.Helper()
	normal, mediaType, err := picture.Normalize(data)
	if err != nil || mediaType != want {
		t.Fatalf("it is %q, %v", mediaType, err)
	}
	drawn, format, err := image.Decode(bytes.NewReader(normal))
	if err != nil || "image/"+format != mediaType {
		t.Fatalf("it is read as %s, %v", format, err)
	}
	return drawn
}

func TestPicturesAreWrittenAnew(t *testing.T) {
	drawn := gradient(30, 20)
	got := normal(t, asPNG(t, drawn), "image/png")
	for y := range 20 {
		for x := range 30 {
			if got.At(x, y) != color.RGBAModel.Convert(drawn.At(x, y)) && got.At(x, y) != drawn.At(x, y) {
				t.Fatalf("%d,%d is %v", x, y, got.At(x, y))
			}
		}
	}
	for what, data := range map[string][]byte{"a JPEG": asJPEG(t, drawn), "a WebP": decoded(t, lossy), "a WebP with alpha": decoded(t, lossless)} {
		t.Log(what)
		normal(t, data, "image/jpeg")
	}
}

// Deep, transparent and indexed pictures keep what can be seen of them.
func TestKindsOfPNG(t *testing.T) {
	deep := image.NewNRGBA64(image.Rect(0, 0, 2, 2))
	deep.SetNRGBA64(1, 1, color.NRGBA64{0x1234, 0x5678, 0x9abc, 0x8000})
	got := normal(t, asPNG(t, deep), "image/png")
	if want := (color.NRGBA{0x12, 0x56, 0x9a, 0x80}); got.At(1, 1) != want {
		t.Errorf("it is %v, want %v", got.At(1, 1), want)
	}
	grey := image.NewGray16(image.Rect(0, 0, 2, 2))
	grey.SetGray16(0, 1, color.Gray16{0xabcd})
	if got := normal(t, asPNG(t, grey), "image/png"); got.At(0, 1) != (color.Gray{0xab}) {
		t.Errorf("it is %v", got.At(0, 1))
	}
	indexed := image.NewPaletted(image.Rect(0, 0, 2, 2), color.Palette{color.White, color.Transparent})
	indexed.SetColorIndex(0, 0, 1)
	if _, _, _, alpha := normal(t, asPNG(t, indexed), "image/png").At(0, 0).RGBA(); alpha != 0 {
		t.Error("what was transparent is not")
	}
}

// chunk is one of a PNG file.
func chunk(kind, data string) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	out = append(out, kind+data...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE([]byte(kind+data)))
}

func TestNothingIsLeftButWhatCanBeSeen(t *testing.T) {
	const secret = "GPS -33.4489 -70.6693"
	plain := asPNG(t, gradient(8, 8))
	at := bytes.Index(plain, []byte("IDAT")) - 4
	var described []byte
	described = append(described, plain[:at]...)
	described = append(described, chunk("tEXt", "Comment\x00"+secret)...)
	described = append(described, chunk("eXIf", "MM\x00*"+secret)...)
	described = append(described, chunk("acTL", "\x00\x00\x00\x02\x00\x00\x00\x00")...) // it is animated
	described = append(described, plain[at:]...)
	photo := asJPEG(t, gradient(8, 8))
	exif := append([]byte{0xff, 0xe1, 0, byte(8 + len(secret))}, "Exif\x00\x00"+secret...)
	for what, c := range map[string]struct {
		data []byte
		want string
	}{
		"a PNG with texts":     {described, "image/png"},
		"a PNG and more":       {append(bytes.Clone(plain), secret...), "image/png"},
		"a JPEG with EXIF":     {append(append(bytes.Clone(photo[:2]), exif...), photo[2:]...), "image/jpeg"},
		"a JPEG and more":      {append(bytes.Clone(photo), secret...), "image/jpeg"},
		"a WebP and more":      {append(decoded(t, lossy), secret...), "image/jpeg"},
		"a JPEG with comments": {append(append(bytes.Clone(photo[:2]), append([]byte{0xff, 0xfe, 0, byte(2 + len(secret))}, secret...)...), photo[2:]...), "image/jpeg"},
	} {
		got, mediaType, err := picture.Normalize(c.data)
		if err != nil || mediaType != c.want || bytes.Contains(got, []byte("GPS")) || bytes.Contains(got, []byte("acTL")) {
			t.Errorf("%s: %s, %v, or something is left", what, mediaType, err)
		}
	}
}

// huge is a PNG that says that it is of a size, and has no more than its first bytes.
func huge(width, height uint32) []byte {
	header := binary.BigEndian.AppendUint32(nil, width)
	header = binary.BigEndian.AppendUint32(header, height)
	return append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", string(append(header, 8, 6, 0, 0, 0)))...)
}

func TestPicturesThatAreRefused(t *testing.T) {
	var animation bytes.Buffer
	if err := gif.Encode(&animation, gradient(2, 2), nil); err != nil {
		t.Fatal(err)
	}
	photo := asJPEG(t, gradient(8, 8))
	scan := bytes.Index(photo, []byte{0xff, 0xda})
	scans := append(bytes.Clone(photo[:len(photo)-2]), bytes.Repeat(photo[scan:len(photo)-2], 100)...)
	for name, c := range map[string]struct {
		data []byte
		says string
	}{
		"too many bytes":       {make([]byte, picture.MaxBytes+1), "256 KiB"},
		"nothing":              {nil, "PNG, JPEG or WebP"},
		"a text":               {[]byte("<svg/>"), "PNG, JPEG or WebP"},
		"a GIF":                {animation.Bytes(), "PNG, JPEG or WebP"},
		"too wide":             {huge(4097, 1), "4096"},
		"too high":             {huge(1, 1<<30), "4096"},
		"a bomb":               {huge(4096, 4096), "4194304"},
		"a PNG cut short":      {asPNG(t, gradient(8, 8))[:60], "damaged"},
		"a JPEG cut short":     {photo[:scan+20], "damaged"},
		"a header":             {[]byte("\x89PNG\r\n\x1a\n"), "damaged"},
		"a WebP of nothing":    {[]byte("RIFF\x04\x00\x00\x00WEBPVP8 "), "damaged"},
		"an animated WebP":     {[]byte("RIFF\x1e\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00ANIM"), "damaged"},
		"a JPEG of many scans": {scans, "scans"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, _, err := picture.Normalize(c.data); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// The largest picture that is taken, of colours that cost little to write.
func TestLargePicturesAreTaken(t *testing.T) {
	for _, size := range []image.Point{{2048, 2048}, {4096, 1024}, {1, 4096}} {
		got := normal(t, asPNG(t, image.NewGray(image.Rectangle{Max: size})), "image/png")
		if got.Bounds().Size() != size {
			t.Errorf("%v became %v", size, got.Bounds())
		}
	}
}

func FuzzNormalize(f *testing.F) {
	for _, seed := range [][]byte{
		asPNG(f, gradient(3, 2)), asPNG(f, image.NewGray16(image.Rect(0, 0, 2, 2))), asJPEG(f, gradient(9, 9)), asJPEG(f, image.NewGray(image.Rect(0, 0, 3, 3))),
		decoded(f, lossy), decoded(f, lossless), huge(4096, 4096),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		normal, mediaType, err := picture.Normalize(data)
		if err != nil {
			return
		}
		config, format, err := image.DecodeConfig(bytes.NewReader(normal))
		if err != nil || "image/"+format != mediaType || config.Width > 4096 || config.Height > 4096 {
			t.Fatal(fmt.Sprint(mediaType, config.Width, config.Height, err))
		}
		if again, same, err := picture.Normalize(normal); len(normal) <= picture.MaxBytes && (err != nil || same != mediaType || len(again) == 0) {
			t.Errorf("what was written is not taken: %v", err)
		}
	})
}
