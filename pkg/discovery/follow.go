package discovery

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// relist is how often the keys are read although a watch follows them. A watch alone would never notice that
// etcd came back without its history.
const relist = 30 * time.Second

// Entries are what is under a prefix, by key.
type Entries map[string]*mvccpb.KeyValue

// Listener hears of the keys under a prefix. It is called by one goroutine.
type Listener struct {
	// Deliver gets all entries: at first, after every change, and again from time to time. They are the caller's
	// only until it returns.
	Deliver func(Entries)
	// Failed gets what keeps etcd's word away, and the level at which to log it: an operator is told once of an outage.
	Failed func(err error, level slog.Level)
}

// Follow keeps a listener informed until ctx ends. A watch goes on where the list ended, so that no change is
// missed; where etcd has forgotten what came since, the list is read anew.
func Follow(ctx context.Context, client *clientv3.Client, prefix string, listener Listener) {
	retry := newRetry()
	told := false
	for {
		err := follow(ctx, client, prefix, func(entries Entries) {
			retry.Reset()
			told = false
			listener.Deliver(entries)
		})
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			listener.Failed(err, outageLevel(told))
			told = true
			if !pause(ctx, retry.NextBackOff()) {
				return
			}
		}
	}
}

// follow lists the entries and applies changes until an error or the time to list again.
func follow(ctx context.Context, client *clientv3.Client, prefix string, deliver func(Entries)) error {
	entries, revision, err := list(ctx, client, prefix)
	if err != nil {
		return err
	}
	deliver(entries)

	watching, cancel := context.WithTimeout(clientv3.WithRequireLeader(ctx), relist)
	defer cancel()
	changes := client.Watch(watching, prefix, clientv3.WithPrefix(), clientv3.WithRev(revision+1))
	for change := range changes {
		if err := change.Err(); err != nil {
			return fmt.Errorf("watching %s: %w", prefix, err)
		}
		for _, event := range change.Events {
			if event.Type == clientv3.EventTypeDelete {
				delete(entries, string(event.Kv.Key))
			} else {
				entries[string(event.Kv.Key)] = event.Kv
			}
		}
		deliver(entries)
	}
	if watching.Err() == nil {
		return fmt.Errorf("watching %s: the watch ended", prefix)
	}
	return nil
}

// List reads all that is under a prefix, once.
func List(ctx context.Context, client *clientv3.Client, prefix string) (Entries, error) {
	entries, _, err := list(ctx, client, prefix)
	return entries, err
}

// list also returns the revision as of which the entries are.
func list(ctx context.Context, client *clientv3.Client, prefix string) (Entries, int64, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	response, err := client.Get(ctx, prefix, clientv3.WithPrefix())
	if err != nil {
		return nil, 0, fmt.Errorf("listing %s: %w", prefix, err)
	}
	entries := make(Entries, len(response.Kvs))
	for _, kv := range response.Kvs {
		entries[string(kv.Key)] = kv
	}
	return entries, response.Header.Revision, nil
}
