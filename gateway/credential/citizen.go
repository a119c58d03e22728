package credential

import (
	"context"
	"strings"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// Citizen is the citizen for whom a client calls. It must not be logged.
type Citizen struct {
	// Token is the citizen's ClaveÚnica access token.
	Token string
	// RUT is the citizen's, as the caller wrote it.
	RUT string
}

// ExchangeFor is Exchange of a client's access token for a call about a citizen, who is the principal's. It is kept for that
// citizen and token alone. It fails also with CITIZEN_TOKEN_INVALID and CITIZEN_MISMATCH, with FIELD_MISSING and FIELD_INVALID
// about citizen.token and citizen.rut, and with UNAVAILABLE when ClaveÚnica cannot be asked.
func (e *Exchanger) ExchangeFor(ctx context.Context, c Credential, citizen Citizen, audience string, of Clients) (Caller, error) {
	request, err := newRequest(c, audience, of)
	if err != nil {
		return Caller{}, err
	}
	request.Citizen = &authv1.CitizenToken{Token: citizen.Token, Rut: citizen.RUT}
	return e.charged(ctx, request, c, hashFor(c, citizen, audience, of))
}

// aboutCitizen tells whether a field is one of the citizen's.
func aboutCitizen(v rpcerr.Violation) bool { return strings.HasPrefix(v.Field, "citizen") }
