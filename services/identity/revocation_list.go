package identity

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"

	"github.com/go-jose/go-jose/v4"
	"google.golang.org/protobuf/types/known/timestamppb"

	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

const (
	revocationListType = "card-revocations+jwt"
	// listKept is for how long a list is given out when nothing changes.
	listKept = time.Minute
	// maxListed bounds the list, so that it fits into a message.
	maxListed = 1 << 18
	// prefixSize is how many bytes of its hash a card has in the list.
	prefixSize = 8
)

// revocationLists keeps the list of a data set that was signed last.
type revocationLists struct {
	turn chan struct{} // holds one token: one caller at a time makes a list, the others wait for it
	last atomic.Pointer[revocationList]
}

func newRevocationLists() map[store.DataSet]*revocationLists {
	all := map[store.DataSet]*revocationLists{}
	for _, set := range store.DataSets() {
		all[set] = &revocationLists{turn: make(chan struct{}, 1)}
	}
	return all
}

// revocationList is a signed list. Nobody changes it.
type revocationList struct {
	of            listBasis
	jws           string
	made, expires time.Time
}

// listBasis is what a list depends on, as cheap to read when there are many cards as when there are none.
type listBasis struct {
	revoked   time.Time // the last revocation
	published string    // the keys with their states
}

// GetRevocationList returns the signed list of revoked cards. It is made anew when a card was revoked or a key has changed since, and each
// minute: then one whose revocation another replica's clock had put before the last one is on it, too.
func (s *cardService) GetRevocationList(ctx context.Context, req *identityv1.GetRevocationListRequest) (*identityv1.GetRevocationListResponse, error) {
	set, err := callerOf(ctx).dataSet(req.GetDataSet())
	if err != nil {
		return nil, err
	}
	list, err := s.revocationList(ctx, set)
	if err != nil {
		return nil, sqlstore.Failure(err, "making the list of revoked cards")
	}
	return &identityv1.GetRevocationListResponse{Jws: list.jws, ExpiresAt: timestamppb.New(list.expires)}, nil
}

func (s *Service) revocationList(ctx context.Context, set store.DataSet) (*revocationList, error) {
	lists := s.lists[set]
	basis, signer, err := s.listBasis(ctx, set)
	if err != nil {
		return nil, err
	}
	if last := lists.last.Load(); last.serves(basis, s.now()) {
		return last, nil
	}
	select {
	case lists.turn <- struct{}{}:
		defer func() { <-lists.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if last := lists.last.Load(); last.serves(basis, s.now()) { // made while this call waited
		return last, nil
	}
	made, err := s.signList(ctx, set, signer)
	if err != nil {
		return nil, err
	}
	made.of = basis
	lists.last.Store(made)
	return made, nil
}

func (l *revocationList) serves(basis listBasis, now time.Time) bool {
	return l != nil && l.of == basis && !now.Before(l.made) && now.Before(l.made.Add(listKept))
}

// listBasis also returns the key that signs. What it reads is older than the list that is made of it, never newer.
func (s *Service) listBasis(ctx context.Context, set store.DataSet) (basis listBasis, signer store.SigningKey, err error) {
	if basis.revoked, err = s.store.LastRevocation(ctx, set); err != nil {
		return basis, signer, err
	}
	published, err := s.store.PublishedKeys(ctx, set)
	if err != nil {
		return basis, signer, err
	}
	var text strings.Builder
	for _, key := range published {
		fmt.Fprintf(&text, "%s %s\n", key.ID, key.State)
		if key.State == store.KeyActive {
			signer = key
		}
	}
	if signer.ID == "" {
		return basis, signer, errors.New("no key signs cards of the data set")
	}
	basis.published = text.String()
	return basis, signer, nil
}

func (s *Service) signList(ctx context.Context, set store.DataSet, key store.SigningKey) (*revocationList, error) {
	cards, err := s.store.RevokedCards(ctx, set, maxListed+1)
	if err != nil {
		return nil, err
	}
	if len(cards) > maxListed {
		return nil, fmt.Errorf("more than %d cards of published keys are revoked: rotate the key, renew the live cards of old keys", maxListed)
	}
	private, err := s.ring.Signer(key)
	if err != nil {
		return nil, err
	}
	signer, err := jose.NewSigner(
		jose.SigningKey{Algorithm: jose.EdDSA, Key: jose.JSONWebKey{Key: private, KeyID: key.ID}},
		(&jose.SignerOptions{}).WithType(revocationListType))
	if err != nil {
		return nil, fmt.Errorf("signing a list: %w", err)
	}
	made := s.now().UTC().Truncate(time.Second)
	expires := made.Add(s.config.Cards.RevocationListLife)
	claims, err := json.Marshal(struct {
		Issuer    string `json:"iss"`
		IssuedAt  int64  `json:"iat"`
		ExpiresAt int64  `json:"exp"`
		Revoked   string `json:"revoked"`
	}{s.validator(set), made.Unix(), expires.Unix(), base64.RawURLEncoding.EncodeToString(prefixes(cards))})
	if err != nil {
		return nil, fmt.Errorf("writing a list: %w", err)
	}
	signed, err := signer.Sign(claims)
	if err != nil {
		return nil, fmt.Errorf("signing a list: %w", err)
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		return nil, fmt.Errorf("signing a list: %w", err)
	}
	return &revocationList{jws: text, made: made, expires: expires}, nil
}

// prefixes are the beginnings of the cards' hashes, sorted, each once, and joined.
func prefixes(cards []store.RevokedCard) []byte {
	all := make([][prefixSize]byte, len(cards))
	for i, c := range cards {
		sum := sha256.Sum256([]byte(c.Folio + c.Signature))
		all[i] = [prefixSize]byte(sum[:])
	}
	slices.SortFunc(all, func(a, b [prefixSize]byte) int { return bytes.Compare(a[:], b[:]) })
	all = slices.Compact(all)
	joined := make([]byte, 0, len(all)*prefixSize)
	for _, prefix := range all {
		joined = append(joined, prefix[:]...)
	}
	return joined
}
