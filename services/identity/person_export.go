package identity

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/ventanilla/ventanilla/pkg/auditlog"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

const (
	// maxAccesses bounds the entries of the log in an export, maxExport the bytes of it that entries are added up to: it
	// is one message.
	maxAccesses = 10_000
	maxExport   = 1 << 20
)

// exportedFields are the members of personExport that hold what was read.
var exportedFields = []string{"person", "memberships", "cards", "facts", "households", "accesses"}

// personExport is the document that persons get. Its members and theirs are always in this order.
type personExport struct {
	Person      json.RawMessage     `json:"person"`
	Memberships []json.RawMessage   `json:"memberships"`
	Cards       []json.RawMessage   `json:"cards"`
	Facts       []json.RawMessage   `json:"facts"`
	Households  []exportedHousehold `json:"households"`
	Accesses    []json.RawMessage   `json:"accesses"`
	// AccessesComplete is false where the log has older entries about the person.
	AccessesComplete bool `json:"accesses_complete"`
}

// exportedHousehold is a statement about the person alone: the other members' are theirs.
type exportedHousehold struct {
	ID     string          `json:"household_id"`
	Key    string          `json:"household_key"`
	Member json.RawMessage `json:"member"`
}

// exported is the document of what is kept about a person, with the entries of the log about it.
func (s *Service) exported(ctx context.Context, kept store.Kept) ([]byte, error) {
	out, err := s.exportOf(kept)
	if err != nil {
		return nil, err
	}
	document, err := out.text()
	if err != nil {
		return nil, err
	}
	if err := s.addAccesses(ctx, &out, kept.Person.Pseudonym, maxExport-len(document)); err != nil {
		return nil, err
	}
	return out.text()
}

func (s *Service) exportOf(kept store.Kept) (out personExport, err error) {
	person, err := personToProto(kept.Person)
	if err != nil {
		return out, err
	}
	if out.Person, err = steadyJSON(person); err != nil {
		return out, err
	}
	if out.Memberships, err = steadyList(kept.Memberships, func(m store.Membership) (proto.Message, error) {
		return membershipToProto(m), nil
	}); err != nil {
		return out, err
	}
	if out.Cards, err = steadyList(kept.Cards, func(c store.Card) (proto.Message, error) { return s.cardToProto(c), nil }); err != nil {
		return out, err
	}
	if out.Facts, err = steadyList(kept.Facts, func(f store.Fact) (proto.Message, error) { return factToProto(f) }); err != nil {
		return out, err
	}
	out.Households = []exportedHousehold{}
	for _, h := range kept.Households {
		member, err := steadyJSON(&identityv1.HouseholdMember{
			PersonId: h.PersonID, Relation: relationToProto(h.Relation), Statement: statementToProto(h.Statement),
		})
		if err != nil {
			return out, err
		}
		out.Households = append(out.Households, exportedHousehold{h.Household.ID, h.Household.Key, member})
	}
	return out, nil
}

// addAccesses adds the newest entries about a person, as the log has them, as far as there is room.
func (s *Service) addAccesses(ctx context.Context, out *personExport, pseudonym string, room int) error {
	out.Accesses = []json.RawMessage{}
	for below := int64(0); ; {
		page, next, err := auditlog.List(ctx, s.store.DB(), below, maxAccesses-len(out.Accesses), auditlog.Filter{Target: pseudonym})
		if err != nil {
			return err
		}
		for _, entry := range page {
			text := json.RawMessage(entry.Text)
			var written bytes.Buffer
			if err := json.Indent(&written, text, "    ", "  "); err != nil { // somebody has damaged it
				continue
			}
			if room -= written.Len() + len(",\n    "); room < 0 {
				return nil
			}
			out.Accesses = append(out.Accesses, text)
		}
		if next == 0 || len(out.Accesses) >= maxAccesses {
			out.AccessesComplete = next == 0
			return nil
		}
		below = next
	}
}

func (e personExport) text() ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(e); err != nil {
		return nil, fmt.Errorf("writing an export: %w", err)
	}
	return text.Bytes(), nil
}

func steadyList[T any](in []T, toProto func(T) (proto.Message, error)) ([]json.RawMessage, error) {
	out := make([]json.RawMessage, len(in))
	for i, one := range in {
		message, err := toProto(one)
		if err == nil {
			out[i], err = steadyJSON(message)
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// steadyJSON writes a message with the contract's names, in their order. protojson varies its spaces on purpose;
// encoding the whole makes them steady.
func steadyJSON(message proto.Message) (json.RawMessage, error) {
	text, err := protojson.MarshalOptions{UseProtoNames: true, EmitUnpopulated: true}.Marshal(message)
	if err != nil {
		return nil, fmt.Errorf("writing an export: %w", err)
	}
	return text, nil
}
