package store_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

// A replica knows when its clock is not the database's, within the time that it takes to ask.
func TestSkew(t *testing.T) {
	const wrong = time.Hour
	at := func(url string, ahead time.Duration) time.Duration {
		t.Helper()
		skew, err := store.New(open(t, url, 1), func() time.Time { return time.Now().Add(ahead) }).Skew(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return skew
	}
	url := testkit.Postgres(t)
	if skew := at(url, 0); skew != 0 {
		t.Errorf("the same clock differs by %s", skew)
	}
	if skew := at(url, wrong); skew <= wrong/2 || skew > wrong {
		t.Errorf("an hour ahead it differs by %s", skew)
	}
	if skew := at(url, -wrong); skew >= -wrong/2 || skew < -wrong {
		t.Errorf("an hour behind it differs by %s", skew)
	}
	if skew := at("sqlite:"+filepath.Join(t.TempDir(), "notifications.db"), wrong); skew != 0 {
		t.Errorf("SQLite's differs by %s", skew)
	}
}
