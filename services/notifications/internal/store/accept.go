package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

// Why a dispatch is not stored.
var (
	// ErrKeyUsed and ErrReferenceUsed say that another dispatch of the provider, which asks for something else, has the idempotency key or the reference.
	ErrKeyUsed       = errors.New("the idempotency key was used for another dispatch")
	ErrReferenceUsed = errors.New("the reference was used for another dispatch")
	// ErrQuotaUsed says that the day's quota of the provider or for the recipient is used up.
	ErrQuotaUsed = errors.New("the quota is used up")
)

// NewDispatch is a dispatch that is to be stored.
type NewDispatch struct {
	ID         string
	ProviderID int64
	ServiceID  int32
	DataSet    message.DataSet
	PersonID   string
	Reference  string // empty for none
	// Digest is that of what is asked for: who asks for the same again gets the first answer.
	Digest string
	// Key is the SHA-256 in hex of the idempotency key; empty for none.
	Key string
	// SendAt is zero for at once.
	SendAt    time.Time
	ExpiresAt time.Time
	Retention time.Duration
	// Content is empty where no part says anything.
	Content string
	// Parts have kind, channel, priority, status and reason.
	Parts    []Part
	Code     *NewCode
	Payment  *NewPayment
	Pictures []NewPicture
	// DailyQuota and RecipientQuota are the most dispatches of the provider, and to the person, in a day of UTC; 0 for no limit.
	DailyQuota, RecipientQuota int32
}

// NewCode is the code of a dispatch. Times that are not are zero.
type NewCode struct {
	ID, Kind, Title, ProviderCode string
	ValidFrom, ValidUntil         time.Time
	Uses                          int32
}

// NewPayment is the payment request of a dispatch, which expires with it.
type NewPayment struct {
	ID, Currency, Concept, Reference string
	Amount                           int64
}

// NewPicture is the picture of a part.
type NewPicture struct {
	ID        string
	Kind      message.Kind
	MediaType string
	Bytes     []byte
}

// Acceptance is what became of a NewDispatch: the dispatch that is stored, the new one or the one that it repeats.
type Acceptance struct {
	DispatchID string
	// Status is the first one.
	Status    message.Status
	CreatedAt time.Time
	// CodeID and PaymentID are empty for none.
	CodeID, PaymentID string
	Replayed          bool
	// Err says why nothing is stored: one of those above.
	Err error
}

// Accept stores a group of dispatches in one transaction, and returns what became of each, in their order. What is wrong with one changes nothing for the
// others: one that repeats another of the group, or of any replica, or asks for something else by its key or reference, is answered
// as if they had come one after the other. When it fails, nothing is stored.
func (s *Store) Accept(ctx context.Context, group []NewDispatch) ([]Acceptance, error) {
	var results []Acceptance
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		a := acceptor{store: s, tx: tx, at: s.now(), group: group, results: make([]Acceptance, len(group))}
		if err := a.run(ctx); err != nil {
			return err
		}
		results = a.results
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("storing dispatches: %w", err)
	}
	return results, nil
}

// acceptor is the work on a group in a transaction. Dispatches are their indexes in the group.
type acceptor struct {
	store   *Store
	tx      *sql.Tx
	at      time.Time
	group   []NewDispatch
	results []Acceptance
	usage   map[bucket]*used
	stored  []int // whose parts are not entered yet
}

// run stores those that nothing speaks against at once: hardly any repeats another. Only then are the others held against what is stored by now.
func (a *acceptor) run(ctx context.Context) error {
	if err := a.openUsage(ctx); err != nil {
		return fmt.Errorf("reading what is used of quotas: %w", err)
	}
	pending := make([]int, len(a.group))
	for i := range pending {
		pending[i] = i
	}
	for round := 0; len(pending) > 0; round++ {
		if round > len(a.group)+1 {
			return errors.New("identifiers are taken by dispatches that are not there")
		}
		if round > 0 {
			var err error
			if pending, err = a.answerRepeats(ctx, pending); err != nil {
				return fmt.Errorf("looking for what is repeated: %w", err)
			}
		}
		chosen, later := a.choose(pending, round > 0)
		lost, err := a.enter(ctx, chosen)
		if err != nil {
			return fmt.Errorf("entering them: %w", err)
		}
		if err := a.enterParts(ctx); err != nil {
			return fmt.Errorf("entering their parts: %w", err)
		}
		pending = slices.Sorted(slices.Values(append(lost, later...)))
	}
	if err := a.closeUsage(ctx); err != nil {
		return fmt.Errorf("writing what is used of quotas: %w", err)
	}
	return nil
}

// name is an idempotency key or a reference of a provider.
type name struct {
	providerID int64
	text       string
}

func (d *NewDispatch) key() name       { return name{d.ProviderID, d.Key} }
func (d *NewDispatch) reference() name { return name{d.ProviderID, d.Reference} }

// names are the keys and references of some dispatches.
type names struct{ keys, references map[name]bool }

func newNames() names { return names{make(map[name]bool), make(map[name]bool)} }

func (n names) add(d *NewDispatch) {
	n.keys[d.key()], n.references[d.reference()] = d.Key != "", d.Reference != ""
}

// have tells whether a dispatch has a key or reference of theirs.
func (n names) have(d *NewDispatch) bool { return n.keys[d.key()] || n.references[d.reference()] }

// choose takes those that can be entered side by side, within the quotas. One whose key or reference an earlier one has waits for what becomes of that.
// One without room repeats another perhaps: unless they have been compared, it waits as well.
func (a *acceptor) choose(pending []int, compared bool) (chosen, later []int) {
	earlier := newNames()
	for _, i := range pending {
		d := &a.group[i]
		switch {
		case earlier.have(d):
			later = append(later, i)
		case a.take(d):
			chosen = append(chosen, i)
		case compared || d.Key == "" && d.Reference == "":
			a.results[i] = Acceptance{Err: ErrQuotaUsed}
			continue
		default:
			later = append(later, i)
		}
		earlier.add(d)
	}
	return chosen, later
}
