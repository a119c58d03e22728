package store

import (
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
	"github.com/ventanilla/ventanilla/services/session/internal/list"
)

// CustomerList declares the list of an organisation's customers, as session.v1.Customer has them.
func CustomerList() list.Declaration {
	folded := func(column string) list.Field { return list.Field{Column: column, Type: list.Text, Fold: Fold} }
	return list.Declaration{
		By: "legal_name", ID: "customer_id",
		Fields: map[string]list.Field{
			"customer_id":                {Column: "customer_id", Type: list.Number},
			"legal_name":                 folded("legal_name_key"),
			"trade_name":                 folded("trade_name_key"),
			"cuit":                       {Column: "cuit", Type: list.Digits},
			"dni":                        {Column: "dni", Type: list.Digits},
			"email":                      folded("email_key"),
			"phone":                      folded("phone_key"),
			"inactive":                   {Column: "inactive", Type: list.Truth},
			"since":                      {Column: "since", Type: list.Day},
			"payment_terms":              {Column: "payment_terms", Type: list.Choice, Choices: sessionv1.PaymentTerms_value},
			"vat_condition":              {Column: "vat_condition", Type: list.Choice, Choices: sessionv1.VatCondition_value},
			"postal_address.city":        folded("city_key"),
			"postal_address.province":    folded("province_key"),
			"postal_address.postal_code": folded("postal_code_key"),
			"postal_address.country":     folded("country_key"),
		},
	}
}
