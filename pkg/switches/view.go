package switches

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/ventanilla/ventanilla/pkg/discovery"
)

// View is what is switched now, as far as etcd has told: while etcd is away, it stays as it was.
type View struct {
	client  *clientv3.Client
	prefix  string
	logger  *slog.Logger
	effects atomic.Pointer[map[place]Effect]
	// unreadable has the revisions of the values that were left out, by key, so that each is told once.
	unreadable map[string]int64
}

// place is where a switch holds.
type place struct{ family, path string }

// NewView makes a view of the switches under discovery's prefix, in which nothing is switched yet.
func NewView(client *clientv3.Client, prefix string, logger *slog.Logger) *View {
	return &View{client: client, prefix: prefix + switchesPart, logger: logger}
}

// Load reads the switches once, so that whoever serves after it obeys from the first call on. Call it before Run.
func (v *View) Load(ctx context.Context) error {
	entries, err := discovery.List(ctx, v.client, v.prefix)
	if err != nil {
		return fmt.Errorf("loading switches: %w", err)
	}
	v.deliver(entries)
	return nil
}

// Run follows the switches until ctx ends; it returns nil then.
func (v *View) Run(ctx context.Context) error {
	discovery.Follow(ctx, v.client, v.prefix, discovery.Listener{Deliver: v.deliver, Failed: func(err error, level slog.Level) {
		v.logger.Log(ctx, level, "switches stay as they are until etcd is back", "error", err)
	}})
	return nil
}

// At tells what holds at a path of a family: the path's switch on top of the family's. It waits for nothing.
func (v *View) At(family, path string) (Effect, bool) {
	effects := v.effects.Load()
	if effects == nil || len(*effects) == 0 {
		return Effect{}, false
	}
	effect, ok := (*effects)[place{family, path}]
	if !ok {
		effect, ok = (*effects)[place{family, ""}]
	}
	return effect, ok
}

// deliver replaces what the view has. A value that cannot be read is as if it were not there.
func (v *View) deliver(entries discovery.Entries) {
	effects := make(map[place]Effect, len(entries))
	unreadable := map[string]int64{}
	for key, kv := range entries {
		sw, err := Parse(strings.TrimPrefix(key, v.prefix), kv.Value)
		if err == nil {
			effects[place{sw.Family, sw.Path}] = sw.Effect
			continue
		}
		unreadable[key] = kv.ModRevision
		if v.unreadable[key] != kv.ModRevision {
			v.logger.Warn("a switch is not obeyed", "key", key, "error", err)
		}
	}
	for at, effect := range effects {
		if family, ok := effects[place{at.family, ""}]; ok && at.path != "" {
			effects[at] = effect.over(family)
		}
	}
	v.unreadable = unreadable
	v.effects.Store(&effects)
}
