package identity

import (
	"strings"
	"time"
	"unicode"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"

	"google.golang.org/protobuf/types/known/timestamppb"

	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

// statementFromProto checks a statement. field is where it is in the request.
func statementFromProto(field string, in *identityv1.Statement) (store.Statement, error) {
	st := store.Statement{Source: in.GetSource(), Reference: in.GetReference()}
	for name, text := range map[string]string{"source": st.Source, "reference": st.Reference} {
		if err := plain(field+"."+name, text); err != nil {
			return st, err
		}
	}
	var err error
	if st.ValidFrom, err = moment(field+".valid_from", in.GetValidFrom()); err != nil {
		return st, err
	}
	if in.GetValidTo() == nil {
		return st, nil
	}
	if st.ValidTo, err = moment(field+".valid_to", in.GetValidTo()); err != nil {
		return st, err
	}
	if !st.ValidTo.After(st.ValidFrom) {
		return st, rpcerr.Invalid(field+".valid_to", "must be after valid_from")
	}
	return st, nil
}

func statementToProto(in store.Statement) *identityv1.Statement {
	out := &identityv1.Statement{
		ValidFrom:  timestamppb.New(in.ValidFrom),
		RecordedAt: timestamppb.New(in.RecordedAt),
		Source:     in.Source,
		Reference:  in.Reference,
	}
	if !in.ValidTo.IsZero() {
		out.ValidTo = timestamppb.New(in.ValidTo)
	}
	return out
}

// asOf is the pair of times of a read: now, and all that is known, when they are absent. in is the message that has them, with a
// dot, or empty.
func (s *Service) asOf(in string, validAt, knownAt *timestamppb.Timestamp) (store.AsOf, error) {
	as := store.AsOf{ValidAt: s.now()}
	var err error
	if validAt != nil {
		if as.ValidAt, err = moment(in+"valid_at", validAt); err != nil {
			return as, err
		}
	}
	if knownAt != nil {
		as.KnownAt, err = moment(in+"known_at", knownAt)
	}
	return as, err
}

// moment is a time to the millisecond.
func moment(field string, at *timestamppb.Timestamp) (time.Time, error) {
	if !at.IsValid() || at.AsTime().IsZero() {
		return time.Time{}, rpcerr.Invalid(field, "must be a time from the year 1 to 9999")
	}
	return at.AsTime().Truncate(time.Millisecond), nil
}

// plain refuses texts that cannot be stored, or shown on one line.
func plain(field, text string) error {
	if strings.ContainsFunc(text, unicode.IsControl) {
		return rpcerr.Invalid(field, "must not have control characters")
	}
	return nil
}
