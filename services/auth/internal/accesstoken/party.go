package accesstoken

import (
	"encoding/json"
	"strings"
	"time"
)

// grantType is the gty of all tokens: there is one grant.
const grantType = "client-credentials"

// partyStart is what the payload of PartyForm begins with, and that of PartnerForm does not.
const partyStart = `{"iss":`

// partyPayload has the members that clients of identity providers know, in their order: the client as azp, one audience
// as a string, and the scopes as one string.
type partyPayload struct {
	Issuer    string `json:"iss"`
	Subject   string `json:"sub"`
	Audience  string `json:"aud"`
	IssuedAt  int64  `json:"iat"`
	Expires   int64  `json:"exp"`
	Party     string `json:"azp"`
	Scope     string `json:"scope"`
	GrantType string `json:"gty"`
	ID        string `json:"jti"`
}

func newPartyPayload(claims Claims) partyPayload {
	return partyPayload{
		Issuer:    claims.Issuer,
		Subject:   claims.Subject,
		Audience:  strings.Join(claims.Audience, " "),
		IssuedAt:  claims.IssuedAt.Unix(),
		Expires:   claims.Expires.Unix(),
		Party:     claims.ClientID,
		Scope:     strings.Join(claims.Scopes, " "),
		GrantType: grantType,
		ID:        claims.ID,
	}
}

func readParty(text []byte) (Claims, bool) {
	var says partyPayload
	err := json.Unmarshal(text, &says)
	if err != nil || says.Party == "" || !strings.HasPrefix(says.Subject, says.Party+"@") || says.Audience == "" ||
		says.GrantType != grantType || says.IssuedAt == 0 || says.Expires == 0 {
		return Claims{}, false
	}
	return Claims{
		Form:     PartyForm,
		Issuer:   says.Issuer,
		ClientID: says.Party,
		Subject:  says.Subject,
		Audience: []string{says.Audience},
		ID:       says.ID,
		IssuedAt: time.Unix(says.IssuedAt, 0),
		Expires:  time.Unix(says.Expires, 0),
		Scopes:   strings.Fields(says.Scope),
	}, true
}
