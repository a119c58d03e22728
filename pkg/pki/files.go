package pki

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"sync"
	"time"
)

// checkInterval is the least time between two looks at the files.
const checkInterval = time.Second

// Config names the PEM files of one role's TLS.
type Config struct {
	CA   string `koanf:"ca"`   // certificates of the trusted authorities
	Cert string `koanf:"cert"` // the role's certificate, leaf first
	Key  string `koanf:"key"`  // the private key of the certificate
}

// Validate refuses a configuration that is not complete.
func (c Config) Validate() error {
	var missing []error
	for _, setting := range []struct{ name, value string }{
		{"tls.ca", c.CA}, {"tls.cert", c.Cert}, {"tls.key", c.Key},
	} {
		if setting.value == "" {
			missing = append(missing, fmt.Errorf("%s: name a PEM file", setting.name))
		}
	}
	return errors.Join(missing...)
}

// Files is a source that follows its files: they are looked at when it is asked, at most once a second. Files
// that cannot be used are reported to the logger and leave the certificates as they were.
//
// gRPC's pemfile provider does the same in a goroutine, but logs the private key when it cannot parse it.
type Files struct {
	config Config
	now    func() time.Time
	logger *slog.Logger

	mu      sync.Mutex
	checked time.Time
	seen    []os.FileInfo
	current static
}

// NewFiles reads the files once and fails where they cannot be used.
func NewFiles(config Config, now func() time.Time, logger *slog.Logger) (*Files, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	f := &Files{config: config, now: now, logger: logger, checked: now()}
	var err error
	if f.seen, err = f.stat(); err != nil {
		return nil, err
	}
	if f.current, err = f.read(); err != nil {
		return nil, err
	}
	return f, nil
}

// Certificate returns the certificate as last read.
func (f *Files) Certificate() (*tls.Certificate, error) { return f.refreshed().Certificate() }

// Roots returns the trusted authorities as last read.
func (f *Files) Roots() (*x509.CertPool, error) { return f.refreshed().Roots() }

func (f *Files) refreshed() static {
	f.mu.Lock()
	defer f.mu.Unlock()
	if now := f.now(); now.Sub(f.checked) >= checkInterval {
		f.checked = now
		if err := f.refresh(); err != nil {
			f.logger.Error("keeping the certificates in use: new ones cannot be read", "error", err)
		}
	}
	return f.current
}

// refresh stats before it reads: a file replaced in between is read again at the next look. Files already
// found unusable are not read again until one of them changes.
func (f *Files) refresh() error {
	infos, err := f.stat()
	if err != nil {
		return err
	}
	if slices.EqualFunc(infos, f.seen, sameFile) {
		return nil
	}
	f.seen = infos
	fresh, err := f.read()
	if err != nil {
		return err
	}
	f.current = fresh
	return nil
}

func sameFile(a, b os.FileInfo) bool {
	return os.SameFile(a, b) && a.ModTime().Equal(b.ModTime()) && a.Size() == b.Size()
}

func (f *Files) stat() ([]os.FileInfo, error) {
	infos := make([]os.FileInfo, 0, 3)
	for _, path := range []string{f.config.CA, f.config.Cert, f.config.Key} {
		info, err := os.Stat(path)
		if err != nil {
			return nil, fmt.Errorf("reading certificates: %w", err)
		}
		infos = append(infos, info)
	}
	return infos, nil
}

func (f *Files) read() (static, error) {
	certificate, err := tls.LoadX509KeyPair(f.config.Cert, f.config.Key)
	if err != nil {
		return static{}, fmt.Errorf("reading certificate %s: %w", f.config.Cert, err)
	}
	text, err := os.ReadFile(f.config.CA)
	if err != nil {
		return static{}, fmt.Errorf("reading certificates: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(text) {
		return static{}, fmt.Errorf("reading certificates: no certificate in %s", f.config.CA)
	}
	return static{certificate: certificate, roots: roots}, nil
}
