package iddi

import (
	"context"
	"fmt"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/gateway/dialect"
	"github.com/ventanilla/ventanilla/gateway/edge"
	iddiv1 "github.com/ventanilla/ventanilla/proto/gen/go/iddi/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// jwtMediaType is that of a list of revocations alone (RFC 7519, 10.3.1).
const jwtMediaType = "application/jwt"

// statusFields names the fields of the domain request as the endpoint does.
var statusFields = dialect.Fields{
	Request: (*identityv1.GetCardStatusRequest)(nil),
	Names: map[string]string{
		"folio":     "folio",
		"signature": "firma_digital",
		"data_set":  "",
		"access":    "",

		"access.purpose":      "",
		"access.on_behalf_of": "",
	},
}

var states = map[identityv1.CardState]string{
	identityv1.CardState_CARD_STATE_LIVE:    "vigente",
	identityv1.CardState_CARD_STATE_EXPIRED: "vencida",
	identityv1.CardState_CARD_STATE_REVOKED: "revocada",
}

var revocationReasons = map[identityv1.RevocationReason]string{
	identityv1.RevocationReason_REVOCATION_REASON_LOST:             "extravio",
	identityv1.RevocationReason_REVOCATION_REASON_STOLEN:           "robo",
	identityv1.RevocationReason_REVOCATION_REASON_REPLACED:         "reposicion",
	identityv1.RevocationReason_REVOCATION_REASON_MEMBERSHIP_ENDED: "baja",
	identityv1.RevocationReason_REVOCATION_REASON_ISSUED_IN_ERROR:  "error_emision",
	identityv1.RevocationReason_REVOCATION_REASON_KEY_COMPROMISED:  "llave_comprometida",
	identityv1.RevocationReason_REVOCATION_REASON_ERASED:           "supresion",
}

// cardAdapter serves whoever verifies cards, without a credential.
type cardAdapter struct {
	iddiv1.UnimplementedCardServiceServer
	cards identityv1.CardServiceClient
}

// GetCardKeys returns the keys as the identity service has them.
func (a *cardAdapter) GetCardKeys(ctx context.Context, _ *iddiv1.GetCardKeysRequest) (*iddiv1.GetCardKeysResponse, error) {
	known, err := a.cards.GetCardKeys(ctx, &identityv1.GetCardKeysRequest{DataSet: dataSet(ctx)})
	if err != nil {
		return nil, err
	}
	var answer iddiv1.GetCardKeysResponse
	if err := (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(known.GetJwks(), &answer); err != nil {
		return nil, fmt.Errorf("reading the key set: %w", err)
	}
	answer.Validators = known.GetValidators()
	return &answer, keep(ctx, "public, max-age=300")
}

// GetRevocations returns the list, alone if the caller prefers that.
func (a *cardAdapter) GetRevocations(ctx context.Context, _ *iddiv1.GetRevocationsRequest) (*iddiv1.GetRevocationsResponse, error) {
	known, err := a.cards.GetRevocationList(ctx, &identityv1.GetRevocationListRequest{DataSet: dataSet(ctx)})
	if err != nil {
		return nil, err
	}
	answer := &iddiv1.GetRevocationsResponse{Jws: known.GetJws(), VenceAt: instant(known.GetExpiresAt())}
	if edge.MediaType(ctx) == jwtMediaType {
		answer.Alone = new(known.GetJws())
	}
	return answer, keep(ctx, "public, max-age=60")
}

// GetStatus tells about a card to whoever has its folio and its signature.
func (a *cardAdapter) GetStatus(ctx context.Context, in *iddiv1.GetStatusRequest) (*iddiv1.GetStatusResponse, error) {
	if err := check(parameter{"folio", in.GetFolio(), folioForm}, parameter{"firma_digital", in.GetFirmaDigital(), signatureForm}); err != nil {
		return nil, err
	}
	known, err := a.cards.GetCardStatus(ctx, &identityv1.GetCardStatusRequest{
		Folio: in.GetFolio(), Signature: in.GetFirmaDigital(), DataSet: dataSet(ctx), Access: &identityv1.Access{Purpose: purposeStatus},
	})
	if err != nil {
		return nil, statusFields.Translate(err)
	}
	state, ok := states[known.GetState()]
	if !ok {
		return nil, fmt.Errorf("the family has no name for %s", known.GetState())
	}
	answer := &iddiv1.GetStatusResponse{Folio: in.GetFolio(), Estado: state, Motivo: unlessEmpty(revocationReasons[known.GetRevocationReason()])}
	if end := known.GetExpiresAt(); end != nil {
		answer.VigenciaAt = new(lastDay(end))
	}
	if at := known.GetRevokedAt(); at != nil {
		answer.RevocadaAt = new(instant(at))
	}
	return answer, keep(ctx, "no-store")
}

func instant(t *timestamppb.Timestamp) string { return t.AsTime().UTC().Format(time.RFC3339) }

// lastDay is the last day before an end.
func lastDay(end *timestamppb.Timestamp) string {
	return end.AsTime().UTC().Add(-time.Nanosecond).Format(time.DateOnly)
}
