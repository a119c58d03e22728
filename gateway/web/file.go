package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// file is one that is served, as it is and compressed.
type file struct {
	mediaType, cacheControl, etag string
	plain, zipped                 []byte
	// header has what is beside that of every file.
	header map[string]string
}

// mediaTypes are those of the files' names, as every machine has them.
var mediaTypes = map[string]string{
	".html": "text/html",
	".js":   "text/javascript",
	".css":  "text/css",
	".svg":  "image/svg+xml",
	".md":   "text/markdown",
	".json": "application/json",
	".yaml": "application/yaml",
}

func newFile(name string, content []byte) (*file, error) {
	mediaType := mediaTypes[path.Ext(name)]
	if mediaType == "" {
		return nil, fmt.Errorf("%s: files of this kind are not served", name)
	}
	var zipped bytes.Buffer
	w, err := gzip.NewWriterLevel(&zipped, gzip.BestCompression)
	if err != nil {
		return nil, fmt.Errorf("compressing %s: %w", name, err)
	}
	if _, err := w.Write(content); err != nil {
		return nil, fmt.Errorf("compressing %s: %w", name, err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("compressing %s: %w", name, err)
	}
	sum := sha256.Sum256(content)
	return &file{
		mediaType: mediaType, cacheControl: "no-cache", plain: content, zipped: zipped.Bytes(),
		etag: `"` + base64.RawURLEncoding.EncodeToString(sum[:15]) + `"`,
	}, nil
}

// ServeHTTP answers with the file, or says that the browser has it.
func (f *file) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	for name, value := range f.header {
		h.Set(name, value)
	}
	h.Set("Cache-Control", f.cacheControl)
	h.Set("ETag", f.etag)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Add("Vary", "Accept-Encoding")
	if strings.Contains(r.Header.Get("If-None-Match"), f.etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", mime.FormatMediaType(f.mediaType, map[string]string{"charset": "utf-8"}))
	body := f.plain
	if takesGzip(r.Header.Values("Accept-Encoding")) {
		h.Set("Content-Encoding", "gzip")
		body = f.zipped
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(body) // a browser that went away needs no answer
}

// takesGzip tells whether gzip is named with a weight other than 0 (RFC 9110, 12.5.3).
func takesGzip(accepted []string) bool {
	for coding := range strings.SplitSeq(strings.Join(accepted, ","), ",") {
		name, weight, weighted := strings.Cut(strings.ReplaceAll(coding, " ", ""), ";")
		if !strings.EqualFold(name, "gzip") {
			continue
		}
		q, err := strconv.ParseFloat(strings.TrimPrefix(weight, "q="), 64)
		return !weighted || err == nil && q > 0
	}
	return false
}
