package keyring

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/ventanilla/ventanilla/pkg/config"
)

// maxFile bounds what is read of a key file: 32 bytes in base64, and line ends.
const maxFile = 128

// Config says where the key-encryption key is. Exactly one of File and Key is given.
type Config struct {
	// File holds the key: 32 raw bytes, or their base64. Only its owner may read it.
	File string `koanf:"file"`
	// Key is the key itself in base64, for environments that hand secrets out as variables.
	Key config.Secret `koanf:"key"`
	// Previous is the key before, while something is still sealed with it.
	Previous Source `koanf:"previous"`
}

// Source is where a key is: in a file or given as it is, as in Config.
type Source struct {
	File string        `koanf:"file"`
	Key  config.Secret `koanf:"key"`
}

// Validate says what is missing.
func (c Config) Validate() error {
	switch {
	case c.File == "" && c.Key == "":
		return errors.New("one of file and key is needed: make a key with `openssl rand -base64 32`")
	case c.File != "" && c.Key != "":
		return errors.New("file and key exclude each other")
	case c.Previous.File != "" && c.Previous.Key != "":
		return errors.New("previous: file and key exclude each other")
	}
	return nil
}

// LoadKEK reads the key that cfg points at, and the previous one when there is one.
func LoadKEK(cfg Config) (*KEK, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	kek, err := Source{cfg.File, cfg.Key}.load()
	if err != nil || cfg.Previous == (Source{}) {
		return kek, err
	}
	previous, err := cfg.Previous.load()
	if err != nil {
		return nil, fmt.Errorf("previous: %w", err)
	}
	return kek.WithPrevious(previous), nil
}

func (s Source) load() (*KEK, error) {
	if s.File == "" {
		return parseText([]byte(s.Key.Reveal()))
	}
	content, err := readPrivate(s.File)
	if err != nil {
		return nil, fmt.Errorf("reading the key-encryption key: %w", err)
	}
	if len(content) == keySize {
		return New(content)
	}
	kek, err := parseText(content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.File, err)
	}
	return kek, nil
}

// readPrivate reads a file that nobody but its owner may read or write.
func readPrivate(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if open := info.Mode().Perm() & 0o077; open != 0 {
		return nil, fmt.Errorf("%s may be used by others (mode %04o): chmod 600 it", path, info.Mode().Perm())
	}
	return io.ReadAll(io.LimitReader(file, maxFile))
}

// parseText reads the base64 of 32 bytes. Its errors never show the key.
func parseText(text []byte) (*KEK, error) {
	key, err := base64.StdEncoding.Strict().DecodeString(string(bytes.TrimSpace(text)))
	if err != nil {
		return nil, fmt.Errorf("the key-encryption key is not the base64 of %d bytes", keySize)
	}
	return New(key)
}

// Generate writes a new key to path, in base64 with mode 0600. The file appears
// whole or not at all, and one that exists is kept: the error is then fs.ErrExist.
func Generate(path string) error {
	key := make([]byte, keySize)
	rand.Read(key)                                           // never fails: crypto/rand ends the process instead
	temp, err := os.CreateTemp(filepath.Dir(path), ".kek-*") // mode 0600
	if err != nil {
		return fmt.Errorf("making a key-encryption key: %w", err)
	}
	defer os.Remove(temp.Name())
	_, err = temp.WriteString(base64.StdEncoding.EncodeToString(key) + "\n")
	err = errors.Join(err, temp.Sync(), temp.Close())
	if err == nil {
		err = os.Link(temp.Name(), path) // unlike a rename, refuses to replace
	}
	if err != nil {
		return fmt.Errorf("writing the key-encryption key: %w", err)
	}
	return syncDir(filepath.Dir(path))
}

// syncDir makes a new name durable.
func syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("writing the key-encryption key: %w", err)
	}
	return errors.Join(dir.Sync(), dir.Close())
}
