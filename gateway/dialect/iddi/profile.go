package iddi

import (
	"context"

	"github.com/ventanilla/ventanilla/gateway/dialect"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	iddiv1 "github.com/ventanilla/ventanilla/proto/gen/go/iddi/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// Purposes of reads, as the access log has them and the person reads them.
const (
	purposeProfile  = "perfil iDDi por folio"
	purposeExtended = "perfil extendido iDDi por folio"
	purposeStatus   = "estado de una credencial iDDi"
)

// profileFields names the fields of the domain request as the endpoint does.
var profileFields = dialect.Fields{
	Request: (*identityv1.GetProfileRequest)(nil),
	Names: map[string]string{
		"folio":     "folio",
		"signature": "firma_digital",
		"data_set":  "",
		"access":    "",

		"access.purpose":      "",
		"access.on_behalf_of": "",
	},
}

// profileAdapter serves profiles from the identity service.
type profileAdapter struct {
	iddiv1.UnimplementedProfileServiceServer
	clients  clients
	profiles identityv1.ProfileServiceClient
}

// GetProfile checks the caller, its rights and the parameters, in this order.
func (a *profileAdapter) GetProfile(ctx context.Context, in *iddiv1.GetProfileRequest) (*iddiv1.GetProfileResponse, error) {
	caller, err := a.clients.authenticate(ctx, scopeProfile)
	if err != nil {
		return nil, err
	}
	if err := dialect.Query(ctx, in); err != nil {
		return nil, err
	}
	purpose := purposeProfile
	if in.GetPerfilExtendido() {
		if err := needs(caller, scopeExtended); err != nil {
			return nil, err
		}
		purpose = purposeExtended
	}
	if !folioForm.MatchString(in.GetFolio()) {
		return nil, rpcerr.New(errorsv1.Reason_REASON_FIELD_INVALID, "the folio is malformed",
			rpcerr.Field("folio", "is malformed"), rpcerr.Meta(place, placePath))
	}
	if err := check(parameter{"firma_digital", in.GetFirmaDigital(), signatureForm}); err != nil {
		return nil, err
	}
	var known *identityv1.GetProfileResponse
	err = caller.Call(ctx, func(ctx context.Context) (err error) {
		known, err = a.profiles.GetProfile(ctx, &identityv1.GetProfileRequest{
			Folio: in.GetFolio(), Signature: in.GetFirmaDigital(), Extended: in.GetPerfilExtendido(),
			DataSet: dataSet(ctx), Access: &identityv1.Access{Purpose: purpose},
		})
		return err
	})
	if err != nil {
		return nil, profileFields.Translate(err)
	}
	answer, err := profile(known)
	if err != nil {
		return nil, err
	}
	return answer, keep(ctx, "no-store")
}

// profile writes a profile under the document's names.
func profile(known *identityv1.GetProfileResponse) (*iddiv1.GetProfileResponse, error) {
	answer := &iddiv1.GetProfileResponse{
		Id:           known.GetFolio(),
		Nombre:       known.GetGivenNames(),
		ApPaterno:    unlessEmpty(known.GetFirstSurname()),
		ApMaterno:    unlessEmpty(known.GetSecondSurname()),
		Email:        contact(known, identityv1.ContactKind_CONTACT_KIND_EMAIL),
		Telefono:     contact(known, identityv1.ContactKind_CONTACT_KIND_PHONE),
		FotoUrl:      unlessEmpty(known.GetPhotoUrl()),
		FotoAceptada: known.GetPhotoAccepted(),
		IddiQr:       known.GetHasCard(),
		IddiMovil:    known.GetMobileIdentity(),
	}
	for _, membership := range known.GetMemberships() {
		perfil, err := membershipOf(membership)
		if err != nil {
			return nil, err
		}
		answer.Perfiles = append(answer.Perfiles, perfil)
	}
	return answer, nil
}

// contact is the preferred address of a kind: the first.
func contact(known *identityv1.GetProfileResponse, kind identityv1.ContactKind) *string {
	for _, c := range known.GetContacts() {
		if c.GetKind() == kind {
			return new(c.GetValue())
		}
	}
	return nil
}

func unlessEmpty(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
