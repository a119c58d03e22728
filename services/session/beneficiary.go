package session

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/opaquejwt"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

const (
	// tokenLife is how long a beneficiary's token lives.
	tokenLife = 30 * time.Minute
	// maxUniqueKey is the longest that identity knows, in code points.
	maxUniqueKey = 64
)

// tokenClaims are those of a beneficiary's token (document 003). They tell its holder what it is; the service goes by the token's hash alone.
type tokenClaims struct {
	SessionID     string `json:"idSessao"`
	BeneficiaryID string `json:"idOmniContato"`
	Expires       int64  `json:"expiracao"` // Unix milliseconds
	Audience      string `json:"aud"`
	Version       string `json:"versao"`
	IssuedAt      int64  `json:"iat"` // Unix seconds
}

// issueToken makes a token for a beneficiary. It is stored when it is returned, so that every replica knows it. It fails with BENEFICIARY_NOT_FOUND for one
// who was erased meanwhile.
func (s *Service) issueToken(ctx context.Context, beneficiaryID int64) (*sessionv1.BeneficiaryToken, error) {
	id, err := uuid.NewRandom()
	if err != nil {
		return nil, fmt.Errorf("making an identifier: %w", err)
	}
	now := s.now().UTC().Truncate(time.Millisecond)
	token := store.Token{SessionID: id.String(), BeneficiaryID: beneficiaryID, ExpiresAt: now.Add(tokenLife)}
	var text string
	text, token.Hash, err = opaquejwt.Sign(tokenClaims{
		SessionID: token.SessionID, BeneficiaryID: strconv.FormatInt(beneficiaryID, 10), Expires: token.ExpiresAt.UnixMilli(),
		Audience: "beneficiario", Version: "2", IssuedAt: now.Unix(),
	})
	if err != nil {
		return nil, fmt.Errorf("making a beneficiary's token: %w", err)
	}
	if err := s.store.CreateToken(ctx, token); err != nil {
		if errors.Is(err, sqlstore.ErrNotFound) {
			return nil, noBeneficiary()
		}
		return nil, sqlstore.Failure(err, "storing a beneficiary's token")
	}
	return &sessionv1.BeneficiaryToken{Token: text, ExpiresAt: timestamppb.New(token.ExpiresAt)}, nil
}

// personOf is whom identity knows by a unique key. It fails with BENEFICIARY_NOT_FOUND.
func (s *Service) personOf(ctx context.Context, set store.DataSet, uniqueKey string) (personID string, err error) {
	if utf8.RuneCountInString(uniqueKey) > maxUniqueKey {
		return "", noBeneficiary()
	}
	found, err := s.persons.FindPerson(ctx, &identityv1.FindPersonRequest{
		Key: &identityv1.FindPersonRequest_UniqueKey{UniqueKey: uniqueKey}, DataSet: set.ToProto(), Access: accessForClient(ctx, "uso do aplicativo"),
	})
	if rpcerr.Reason(err) == errorsv1.Reason_REASON_PERSON_NOT_FOUND {
		return "", noBeneficiary()
	}
	if err != nil {
		return "", identityFailure(err, "looking for a beneficiary")
	}
	return found.GetPerson().GetPersonId(), nil
}

func noBeneficiary() error {
	return rpcerr.New(errorsv1.Reason_REASON_BENEFICIARY_NOT_FOUND, "nobody has the unique key")
}
