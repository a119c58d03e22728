package session

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

// changeableOfCustomer are the paths of a customer that an update may name. An address can be named as a whole, too.
func changeableOfCustomer() []string {
	paths := []string{
		"legal_name", "trade_name", "cuit", "dni", "delivery_address", "phone", "email", "inactive", "since", "payment_terms", "vat_condition", "vat_rate",
		"ledger_account", "credit_account",
	}
	for _, address := range []string{"postal_address", "fiscal_address"} {
		paths = append(paths, address)
		for _, field := range []string{"street", "city", "postal_code", "province", "country"} {
			paths = append(paths, address+"."+field)
		}
	}
	return paths
}

// checkCustomerUpdate refuses an update that does not say of what, or names what is not to be changed.
func checkCustomerUpdate(in *sessionv1.Customer, paths []string) error {
	switch {
	case in.GetOrganisationId() == 0:
		return rpcerr.Missing("customer.organisation_id")
	case in.GetCustomerId() == 0:
		return rpcerr.Missing("customer.customer_id")
	case len(paths) == 0:
		return rpcerr.Missing("update_paths")
	}
	changeable := changeableOfCustomer()
	for i, path := range paths {
		if !slices.Contains(changeable, path) {
			return rpcerr.Invalid(fmt.Sprintf("update_paths[%d]", i), "is not to be changed; these are: "+strings.Join(changeable, ", "))
		}
	}
	return nil
}

// assignCustomer takes the fields of checked paths over; what is absent there becomes absent here.
func assignCustomer(to, from *sessionv1.Customer, paths []string) {
	for _, path := range paths {
		target, source := to.ProtoReflect(), from.ProtoReflect()
		name, inner, nested := strings.Cut(path, ".")
		field := target.Descriptor().Fields().ByName(protoreflect.Name(name))
		if nested {
			target, source = target.Mutable(field).Message(), source.Get(field).Message()
			field = target.Descriptor().Fields().ByName(protoreflect.Name(inner))
		}
		if source.Has(field) {
			target.Set(field, source.Get(field))
		} else {
			target.Clear(field)
		}
	}
}
