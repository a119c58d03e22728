package identity_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/testkit"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/identity"
)

// A replica that starts removes what was kept long enough, and keeps for ever what has no time.
func TestWhatWasKeptLongEnoughIsSwept(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		p.change = func(c *identity.Config) {
			c.Retention.Memberships, c.Retention.Facts, c.Retention.Imports = 0, 48*time.Hour, 24*time.Hour
		}
		p.enter(student("1"))
		ago := func(d time.Duration) int64 { return p.Clock.Now().Add(-d).UnixMilli() }
		p.exec(`UPDATE membership SET ended_at = 1`)
		for _, d := range []time.Duration{47 * time.Hour, 49 * time.Hour} {
			p.exec(`INSERT INTO fact (subject, subject_id, name, value, valid_from, valid_to, recorded_at, source, reference)
				VALUES ('person', 'p-1', 'schooling', '1', 1, $1, 1, 'register', '')`, ago(d))
		}
		p.exec(`INSERT INTO import (import_id, kind, data_set, next_line, stored, unchanged, rejected, rejects, started_at, updated_at)
			VALUES ('i', 'facts', 'production', 1, 1, 1, 1, '', 1, $1)`, ago(25*time.Hour))
		r := p.replica()
		testkit.Eventually(t, 30*time.Second, func() error {
			if p.count(`SELECT COUNT(*) FROM import`) != 0 { // they are the last
				return errors.New("nothing was swept")
			}
			return nil
		})
		if facts, memberships := p.count(`SELECT COUNT(*) FROM fact`), p.count(`SELECT COUNT(*) FROM membership`); facts != 1 || memberships != 1 {
			t.Errorf("%d facts and %d memberships are left", facts, memberships)
		}
		var got []string
		for _, entry := range r.accesses(&identityv1.ListAccessesRequest{Actor: "identity", Act: "Retention"}) {
			_, text, _ := strings.Cut(entry.GetText(), `"target":`)
			got = append(got, text)
		}
		if want := `"import","detail":{"removed":"1"}} "fact","detail":{"removed":"1"}}`; strings.Join(got, " ") != want {
			t.Errorf("entered %v", got)
		}
	})
}
