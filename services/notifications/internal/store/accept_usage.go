package store

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

// bucket is what a quota is for: a provider's dispatches by a service, or those of them to one person.
type bucket struct {
	providerID int64
	serviceID  int32
	person     string // empty for all
}

// used is how many dispatches there were in a bucket before, and are now.
type used struct{ before, now int64 }

// What is used is read by a statement that writes it as it is: others who count in the same bucket wait until the transaction ends.
var (
	usageTypes = []string{"text", "bigint", "bigint", "text", "bigint"}
	holdUsage  = &sqlstore.Insertion{
		Head: `INSERT INTO usage (day, provider_id, service_id, person, dispatches)`,
		Tail: ` ON CONFLICT (day, provider_id, service_id, person) DO UPDATE SET dispatches = usage.dispatches
		RETURNING provider_id, service_id, person, dispatches`,
		Types: usageTypes,
	}
	addUsage = &sqlstore.Insertion{
		Head:  `INSERT INTO usage (day, provider_id, service_id, person, dispatches)`,
		Tail:  ` ON CONFLICT (day, provider_id, service_id, person) DO UPDATE SET dispatches = usage.dispatches + excluded.dispatches`,
		Types: usageTypes,
	}
)

// buckets are those of a dispatch, with their limits.
func (d *NewDispatch) buckets() map[bucket]int64 {
	limits := make(map[bucket]int64, 2)
	if d.DailyQuota > 0 {
		limits[bucket{d.ProviderID, d.ServiceID, ""}] = int64(d.DailyQuota)
	}
	if d.RecipientQuota > 0 && d.PersonID != "" {
		limits[bucket{d.ProviderID, d.ServiceID, personDigest(d.DataSet, d.PersonID)}] = int64(d.RecipientQuota)
	}
	return limits
}

func personDigest(set message.DataSet, personID string) string {
	sum := sha256.Sum256([]byte(string(set) + "\x00" + personID))
	return hex.EncodeToString(sum[:])
}

// openUsage reads what is used of the group's quotas, which stays so until the transaction ends.
func (a *acceptor) openUsage(ctx context.Context) error {
	a.usage = make(map[bucket]*used)
	for i := range a.group {
		for b := range a.group[i].buckets() {
			a.usage[b] = &used{}
		}
	}
	return holdUsage.Run(ctx, a.tx, a.store.db.Engine, a.usageRows(func(*used) (int64, bool) { return 0, true }), func(row sqlstore.Scanner) error {
		var b bucket
		var count int64
		if err := row.Scan(&b.providerID, &b.serviceID, &b.person, &count); err != nil {
			return err
		}
		*a.usage[b] = used{count, count}
		return nil
	})
}

// closeUsage writes what the group has used.
func (a *acceptor) closeUsage(ctx context.Context) error {
	rows := a.usageRows(func(u *used) (int64, bool) { return u.now - u.before, u.now > u.before })
	return addUsage.Run(ctx, a.tx, a.store.db.Engine, rows, nil)
}

// usageRows are rows of the day with the numbers that of gives, in the order in which all replicas write them.
func (a *acceptor) usageRows(of func(*used) (int64, bool)) []any {
	var rows []any
	for _, b := range slices.SortedFunc(maps.Keys(a.usage), compareBuckets) {
		if count, ok := of(a.usage[b]); ok {
			rows = append(rows, a.at.Format(time.DateOnly), b.providerID, b.serviceID, b.person, count)
		}
	}
	return rows
}

func compareBuckets(x, y bucket) int {
	return cmp.Or(cmp.Compare(x.providerID, y.providerID), cmp.Compare(x.serviceID, y.serviceID), cmp.Compare(x.person, y.person))
}

// take counts a dispatch, if there is room for it.
func (a *acceptor) take(d *NewDispatch) bool {
	limits := d.buckets()
	for b, limit := range limits {
		if a.usage[b].now >= limit {
			return false
		}
	}
	for b := range limits {
		a.usage[b].now++
	}
	return true
}

// giveBack undoes take.
func (a *acceptor) giveBack(d *NewDispatch) {
	for b := range d.buckets() {
		a.usage[b].now--
	}
}
