package pki

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// caName is the name of an authority's files in its folder.
const caName = "ca"

// keySuffix tells the name of a key's file from that of its certificate.
const keySuffix = "-key"

// Save writes ca.pem (mode 0644) and ca-key.pem (mode 0600) in dir, each atomically.
func (ca *CA) Save(dir string) error {
	return save(dir, caName, [][]byte{ca.cert.Raw}, ca.key)
}

// SaveCertificate writes ca.pem (mode 0644) in dir, atomically, and no key: for those who verify.
func (ca *CA) SaveCertificate(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("making certificate folder: %w", err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca.cert.Raw})
	if err := writeFile(filepath.Join(dir, caName+".pem"), text, 0o644); err != nil {
		return fmt.Errorf("writing CA certificate: %w", err)
	}
	return nil
}

// LoadCA reads what Save wrote. The error is fs.ErrNotExist where there is no authority in dir.
func LoadCA(dir string, now func() time.Time) (*CA, error) {
	certificate, err := readPEM(filepath.Join(dir, caName+".pem"), "CERTIFICATE")
	if err != nil {
		return nil, err
	}
	key, err := readPEM(filepath.Join(dir, caName+keySuffix+".pem"), "PRIVATE KEY")
	if errors.Is(err, fs.ErrNotExist) {
		// A certificate without its key is damage, not a folder in which a new authority may be made.
		return nil, fmt.Errorf("reading CA key: %s is missing", filepath.Join(dir, caName+keySuffix+".pem"))
	}
	if err != nil {
		return nil, err
	}
	return ParseCA(certificate, key, now)
}

// SaveLeaf writes <name>.pem (mode 0644) and <name>-key.pem (mode 0600) in dir, each atomically. It refuses the
// names that would replace an authority, or the key of another name.
func SaveLeaf(dir, name string, leaf tls.Certificate) error {
	if name == caName || strings.HasSuffix(name, keySuffix) {
		return fmt.Errorf("%q cannot be the name of a certificate's files", name)
	}
	return save(dir, name, leaf.Certificate, leaf.PrivateKey)
}

// save writes the key first, so that a certificate is never there without its key.
func save(dir, name string, chain [][]byte, key any) error {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return fmt.Errorf("marshalling key of %s: %w", name, err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("making certificate folder: %w", err)
	}
	block := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	if err := writeFile(filepath.Join(dir, name+keySuffix+".pem"), block, 0o600); err != nil {
		return fmt.Errorf("writing key of %s: %w", name, err)
	}
	var certificates []byte
	for _, der := range chain {
		certificates = append(certificates, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	}
	if err := writeFile(filepath.Join(dir, name+".pem"), certificates, 0o644); err != nil {
		return fmt.Errorf("writing certificate of %s: %w", name, err)
	}
	return nil
}

func readPEM(path, kind string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	block, _ := pem.Decode(text)
	if block == nil || block.Type != kind {
		return nil, fmt.Errorf("%s does not start with a PEM block of type %q", path, kind)
	}
	return block.Bytes, nil
}

// writeFile replaces path in one step, once its bytes are on disk. The temporary file starts with mode 0600.
func writeFile(path string, content []byte, mode fs.FileMode) (err error) {
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(file.Name())
		}
	}()
	_, err = file.Write(content)
	err = errors.Join(err, file.Chmod(mode), file.Sync(), file.Close())
	if err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}
