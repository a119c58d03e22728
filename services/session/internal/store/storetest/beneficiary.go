package storetest

import (
	"crypto/sha256"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

var beneficiaryChecks = checks{
	"a beneficiary has one number":       aBeneficiaryHasOneNumber,
	"a token is of one who is there":     aTokenIsOfOneWhoIsThere,
	"a person is erased":                 aPersonIsErased,
	"a sweep that fails removes nothing": aSweepThatFailsRemovesNothing,
	"tokens and pass keys are swept":     tokensAndPassKeysAreSwept,
	"whoever is erased leaves no tokens": whoeverIsErasedLeavesNothingBehind,
}

// appUser is a person as a user of a client's app, with a token of half an hour.
type appUser struct {
	personID, uniqueKey string
	id                  int64
	token               [32]byte
}

func enrol(t failing, b *bench, set store.DataSet, clientID string) appUser {
	t.Helper()
	u := appUser{personID: uuid.NewString(), uniqueKey: "key " + uuid.NewString(), token: sha256.Sum256([]byte(uuid.NewString()))}
	var err error
	u.id, err = b.Beneficiary(ctx, clientID, set, u.personID, u.uniqueKey)
	check(t, err)
	check(t, b.CreateToken(ctx, store.Token{Hash: u.token, SessionID: uuid.NewString(), BeneficiaryID: u.id, ExpiresAt: b.clock.Now().Add(30 * time.Minute)}))
	return u
}

func aBeneficiaryHasOneNumber(t *testing.T, b *bench) {
	client, person := uuid.NewString(), uuid.NewString()
	var mu sync.Mutex
	numbers := map[int64]bool{}
	var running sync.WaitGroup
	for range 4 {
		running.Go(func() {
			id, err := b.Beneficiary(ctx, client, store.Production, person, "ana@example.org")
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			numbers[id] = true
		})
	}
	running.Wait()
	renamed, err := b.Beneficiary(ctx, client, store.Production, person, "ana.maria@example.org")
	check(t, err)
	if len(numbers) != 1 || !numbers[renamed] {
		t.Errorf("one beneficiary has the numbers %v and %d", numbers, renamed)
	}
	other, err := b.Beneficiary(ctx, uuid.NewString(), store.Production, person, "ana@example.org")
	check(t, err)
	if numbers[other] {
		t.Error("two clients have one number for a person")
	}
}

func aTokenIsOfOneWhoIsThere(t *testing.T, b *bench) {
	u := enrol(t, b, store.Staging, uuid.NewString())
	opening, err := b.Opening(ctx, u.token, "")
	check(t, err)
	wantSame(t, "the token", opening, store.Opening{BeneficiaryID: u.id, UniqueKey: u.uniqueKey, DataSet: store.Staging})
	_, err = b.Opening(ctx, sha256.Sum256(nil), "")
	wantClass(t, "another token", err, store.ErrNoToken)
	err = b.CreateToken(ctx, store.Token{Hash: sha256.Sum256([]byte(uuid.NewString())), SessionID: "s", BeneficiaryID: u.id + 1000})
	wantClass(t, "a token of nobody", err, sqlstore.ErrNotFound)
	b.clock.Advance(30 * time.Minute)
	_, err = b.Opening(ctx, u.token, "")
	wantClass(t, "a token that is over", err, store.ErrNoToken)
}

// everythingOf is a person of whom there is everything that is kept.
func everythingOf(t failing, b *bench, set store.DataSet) (u appUser, clientID string, k store.Redemption) {
	t.Helper()
	clientID = uuid.NewString()
	f := enterPage(t, b, set, clientID)
	u = enrol(t, b, set, clientID)
	k = openPage(t, b, u, f)
	i := integrate(t, b, set, clientID)
	check(t, b.PutRecord(ctx, u.id, i.Key, []byte("sealed")))
	_, err := b.CreateAccount(ctx, "ana", store.Account{DataSet: set, Kind: store.User, Login: uuid.NewString(), PersonID: u.personID})
	check(t, err)
	o := employ(t, b, set, "uno")
	c, err := b.CreateCustomer(ctx, store.Customer{OrganisationID: o.ID, LegalName: "dos"})
	check(t, err)
	check(t, b.LinkCustomer(ctx, "ana", set, o.ID, c.ID, u.personID))
	return u, clientID, k
}

func aPersonIsErased(t *testing.T, b *bench) {
	u, clientID, k := everythingOf(t, b, store.Production)
	_, _, other := everythingOf(t, b, store.Production)
	for set, want := range map[store.DataSet]int64{store.Staging: 0, store.Production: 6} {
		erased, err := b.EraseBeneficiary(ctx, "ana", set, u.personID)
		check(t, err)
		if erased != want {
			t.Errorf("%d rows of %s were erased, not %d", erased, set, want)
		}
	}
	_, err := b.PassKey(ctx, k)
	wantClass(t, "the pass key", err, store.ErrNoPassKey)
	_, err = b.Opening(ctx, u.token, "")
	wantClass(t, "the token", err, store.ErrNoToken)
	_, err = b.PassKey(ctx, other)
	check(t, err)
	for _, personID := range []string{u.personID, "", "a\x00"} {
		if again, err := b.EraseBeneficiary(ctx, "ana", store.Production, personID); err != nil || again != 0 {
			t.Errorf("%d more rows, %v", again, err)
		}
	}
	var told int
	check(t, b.db.Read.QueryRowContext(ctx, `SELECT COUNT(*) FROM admin_event WHERE target || before || after LIKE '%' || $1 || '%'`, u.personID).Scan(&told))
	if told > 0 {
		t.Errorf("%d events tell of the person still", told)
	}
	if again, err := b.Beneficiary(ctx, clientID, store.Production, u.personID, u.uniqueKey); err != nil || again == u.id {
		t.Errorf("whoever comes back is %d again, %v", again, err)
	}
}

// whoeverIsErasedLeavesNothingBehind has tokens and pass keys made while the person is erased.
func whoeverIsErasedLeavesNothingBehind(t *testing.T, b *bench) {
	clientID := uuid.NewString()
	f := enterPage(t, b, store.Production, clientID)
	for range 3 {
		u := enrol(t, b, store.Production, clientID)
		late, key := sha256.Sum256([]byte(uuid.NewString())), sha256.Sum256([]byte(uuid.NewString()))
		var running sync.WaitGroup
		running.Go(func() {
			_ = b.CreateToken(ctx, store.Token{Hash: late, SessionID: "s", BeneficiaryID: u.id, ExpiresAt: b.clock.Now().Add(time.Hour)})
		})
		running.Go(func() {
			_, _, _ = b.CreatePassKey(ctx, store.NewPassKey{Hash: key, Token: u.token, FunctionalityKey: f.Key, Context: []byte{}})
		})
		_, err := b.EraseBeneficiary(ctx, "ana", store.Production, u.personID)
		check(t, err)
		running.Wait()
		_, err = b.Opening(ctx, late, "")
		wantClass(t, "a token that was made meanwhile", err, store.ErrNoToken)
		_, err = b.PassKey(ctx, store.Redemption{Hash: key, FunctionalityKey: f.Key, ClientID: clientID, DataSet: store.Production})
		wantClass(t, "a pass key that was made meanwhile", err, store.ErrNoPassKey)
	}
}

// Whoever sweeps until little is left does not go on for ever where nothing can be removed.
func aSweepThatFailsRemovesNothing(t *testing.T, b *bench) {
	u := enrol(t, b, store.Production, uuid.NewString())
	run := func(statement string, args ...any) {
		t.Helper()
		_, err := b.db.Write.ExecContext(ctx, statement, args...)
		check(t, err)
	}
	run(`CREATE TABLE holder (token BYTEA REFERENCES beneficiary_token (token) DEFERRABLE INITIALLY DEFERRED)`) // the commit fails
	defer run(`DROP TABLE holder`)
	run(`INSERT INTO holder (token) VALUES ($1)`, u.token[:])
	b.clock.Advance(time.Hour)
	failed := 0
	for _, s := range b.Sweeps() {
		rows, err := s.Once(ctx)
		if err != nil {
			if failed++; rows != 0 {
				t.Errorf("%s failed, and removed %d", s.Doing, rows)
			}
		}
	}
	if failed != 1 {
		t.Errorf("%d sweeps failed", failed)
	}
}

func tokensAndPassKeysAreSwept(t *testing.T, b *bench) {
	clientID := uuid.NewString()
	f := enterPage(t, b, store.Production, clientID)
	u := enrol(t, b, store.Production, clientID)
	k := openPage(t, b, u, f)
	left := func() (rows int) {
		check(t, b.db.Read.QueryRowContext(ctx, `SELECT (SELECT COUNT(*) FROM pass_key WHERE pass_key = $1) + (SELECT COUNT(*) FROM beneficiary_token WHERE token = $2)`,
			k.Hash[:], u.token[:]).Scan(&rows))
		return rows
	}
	for _, step := range []struct {
		after time.Duration
		want  int
	}{{5*time.Minute - time.Millisecond, 2}, {time.Millisecond, 1}, {25 * time.Minute, 0}} {
		b.clock.Advance(step.after)
		sweep(t, b)
		if got := left(); got != step.want {
			t.Errorf("%d rows are left, not %d", got, step.want)
		}
	}
}
