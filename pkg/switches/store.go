package switches

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/ventanilla/ventanilla/pkg/discovery"
)

// requestTimeout bounds each request to etcd.
const requestTimeout = 2 * time.Second

// ErrNotFound says that no such switch is set.
var ErrNotFound = errors.New("no such switch is set")

// Store sets and clears switches. Every error but ErrNotFound means that etcd gave no answer; what was to be
// written may then have been written.
type Store struct {
	client *clientv3.Client
	prefix string
	logger *slog.Logger
}

// NewStore makes a store under discovery's prefix.
func NewStore(client *clientv3.Client, prefix string, logger *slog.Logger) *Store {
	return &Store{client: client, prefix: prefix + switchesPart, logger: logger}
}

// Set stores a switch, which must be valid, in place of the one that its family and path may have.
func (s *Store) Set(ctx context.Context, sw Switch) error {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	text, err := json.Marshal(sw)
	if err != nil {
		return fmt.Errorf("encoding switch: %w", err)
	}
	if _, err := s.client.Put(ctx, s.prefix+name(sw.Family, sw.Path), string(text)); err != nil {
		return fmt.Errorf("setting switch: %w", err)
	}
	return nil
}

// Get returns a switch, and of one that cannot be read family and path only. It fails with ErrNotFound where none is
// set.
func (s *Store) Get(ctx context.Context, family, path string) (Switch, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	response, err := s.client.Get(ctx, s.prefix+name(family, path))
	if err != nil {
		return Switch{}, fmt.Errorf("getting switch: %w", err)
	}
	if len(response.Kvs) == 0 {
		return Switch{}, ErrNotFound
	}
	sw, err := Parse(name(family, path), response.Kvs[0].Value)
	if err != nil {
		s.logger.WarnContext(ctx, "a switch cannot be read", "key", string(response.Kvs[0].Key), "error", err)
		return Switch{Family: family, Path: path}, nil
	}
	return sw, nil
}

// Clear takes a switch away, one that cannot be read too. It fails with ErrNotFound where none is set.
func (s *Store) Clear(ctx context.Context, family, path string) error {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	response, err := s.client.Delete(ctx, s.prefix+name(family, path))
	if err != nil {
		return fmt.Errorf("clearing switch: %w", err)
	}
	if response.Deleted == 0 {
		return ErrNotFound
	}
	return nil
}

// List returns all switches by family and path. One that cannot be read is left out and told to the log.
func (s *Store) List(ctx context.Context) ([]Switch, error) {
	entries, err := discovery.List(ctx, s.client, s.prefix)
	if err != nil {
		return nil, fmt.Errorf("listing switches: %w", err)
	}
	list := make([]Switch, 0, len(entries))
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		sw, err := Parse(strings.TrimPrefix(key, s.prefix), entries[key].Value)
		if err != nil {
			s.logger.WarnContext(ctx, "a switch is left out", "key", key, "error", err)
			continue
		}
		list = append(list, sw)
	}
	return list, nil
}
