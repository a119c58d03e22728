package session

import (
	"strings"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/nationalid"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

// customerFromProto checks what the contract's own rules cannot say, and returns what is decided about a customer.
func customerFromProto(in *sessionv1.Customer) (store.Customer, error) {
	c := store.Customer{
		OrganisationID: in.GetOrganisationId(), LegalName: in.GetLegalName(), TradeName: in.GetTradeName(), Postal: addressFromProto(in.GetPostalAddress()),
		Fiscal: addressFromProto(in.GetFiscalAddress()), DeliveryAddress: in.GetDeliveryAddress(), Phone: in.GetPhone(), Email: in.GetEmail(),
		Inactive: in.GetInactive(), Since: in.GetSince(), PaymentTerms: int32(in.GetPaymentTerms()), VATCondition: int32(in.GetVatCondition()),
		VATRate: in.GetVatRate(), LedgerAccount: in.GetLedgerAccount(), CreditAccount: in.GetCreditAccount(),
	}
	if strings.TrimSpace(c.LegalName) == "" {
		return c, rpcerr.Missing("customer.legal_name")
	}
	if err := inOneLine("customer", in.ProtoReflect()); err != nil {
		return c, err
	}
	if err := day("customer.since", c.Since); err != nil {
		return c, err
	}
	if err := percent("customer.vat_rate", c.VATRate); err != nil {
		return c, err
	}
	var err error
	if c.CUIT, err = registered("customer.cuit", nationalid.CUIT, in.GetCuit()); err != nil {
		return c, err
	}
	c.DNI, err = registered("customer.dni", nationalid.DNI, in.GetDni())
	return c, err
}

func customerToProto(c store.Customer) *sessionv1.Customer {
	return &sessionv1.Customer{
		CustomerId: c.ID, OrganisationId: c.OrganisationID, LegalName: c.LegalName, TradeName: c.TradeName, Cuit: c.CUIT, Dni: c.DNI,
		PostalAddress: addressToProto(c.Postal), FiscalAddress: addressToProto(c.Fiscal), DeliveryAddress: c.DeliveryAddress, Phone: c.Phone, Email: c.Email,
		Inactive: c.Inactive, Since: c.Since, PaymentTerms: sessionv1.PaymentTerms(c.PaymentTerms), VatCondition: sessionv1.VatCondition(c.VATCondition),
		VatRate: c.VATRate, LedgerAccount: c.LedgerAccount, CreditAccount: c.CreditAccount, Linked: c.PersonID != "",
		CreatedAt: timestamppb.New(c.CreatedAt), UpdatedAt: timestamppb.New(c.UpdatedAt),
	}
}

func addressFromProto(in *sessionv1.PostalAddress) store.Address {
	return store.Address{
		Street: in.GetStreet(), City: in.GetCity(), PostalCode: in.GetPostalCode(), Province: in.GetProvince(), Country: in.GetCountry(),
	}
}

func addressToProto(a store.Address) *sessionv1.PostalAddress {
	return &sessionv1.PostalAddress{Street: a.Street, City: a.City, PostalCode: a.PostalCode, Province: a.Province, Country: a.Country}
}

// percent refuses what is more than all; the contract has looked at the form. Leading zeros aside, three digits are 100 or more.
func percent(field, text string) error {
	whole, fraction, _ := strings.Cut(strings.TrimLeft(text, "0"), ".")
	if len(whole) < 3 || whole == "100" && strings.Trim(fraction, "0") == "" {
		return nil
	}
	return rpcerr.Invalid(field, "must be at most 100")
}
