package colppy

import (
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/ventanilla/ventanilla/gateway/oauth"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	colppyv1 "github.com/ventanilla/ventanilla/proto/gen/go/colppy/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

// The two parts that customers are sent in.
const (
	general = "info_general"
	other   = "info_otra"
)

// customerField is a field of a customer, under the partner's name and the domain's path.
type customerField struct{ part, name, path string }

var customerFields = []customerField{
	{general, "NombreFantasia", "trade_name"},
	{general, "RazonSocial", "legal_name"},
	{general, "CUIT", "cuit"},
	{general, "dni", "dni"},
	{general, "DirPostal", "postal_address.street"},
	{general, "DirPostalCiudad", "postal_address.city"},
	{general, "DirPostalCodigoPostal", "postal_address.postal_code"},
	{general, "DirPostalProvincia", "postal_address.province"},
	{general, "DirPostalPais", "postal_address.country"},
	{general, "Telefono", "phone"},
	{general, "Email", "email"},
	{other, "Activo", "inactive"},
	{other, "FechaAlta", "since"},
	{other, "DirFiscal", "fiscal_address.street"},
	{other, "DirFiscalCiudad", "fiscal_address.city"},
	{other, "DirFiscalCodigoPostal", "fiscal_address.postal_code"},
	{other, "DirFiscalProvincia", "fiscal_address.province"},
	{other, "DirFiscalPais", "fiscal_address.country"},
	{other, "idCondicionPago", "payment_terms"},
	{other, "idCondicionIva", "vat_condition"},
	{other, "porcentajeIVA", "vat_rate"},
	{other, "idPlanCuenta", "ledger_account"},
	{other, "CuentaCredito", "credit_account"},
	{other, "DirEnvio", "delivery_address"},
}

// customerColumns are what customers are listed by.
var customerColumns = columns{
	"idCliente":             {path: "customer_id"},
	"RazonSocial":           {path: "legal_name"},
	"NombreFantasia":        {path: "trade_name"},
	"CUIT":                  {path: "cuit"},
	"dni":                   {path: "dni"},
	"Email":                 {path: "email"},
	"Telefono":              {path: "phone"},
	"Activo":                {path: "inactive", word: opposite, inverted: true},
	"FechaAlta":             {path: "since"},
	"idCondicionPago":       {path: "payment_terms", word: wordFor(paymentTerms)},
	"idCondicionIva":        {path: "vat_condition", word: wordFor(vatConditions)},
	"DirPostalCiudad":       {path: "postal_address.city"},
	"DirPostalProvincia":    {path: "postal_address.province"},
	"DirPostalCodigoPostal": {path: "postal_address.postal_code"},
	"DirPostalPais":         {path: "postal_address.country"},
}

// customerNames are the names of a customer's fields, and of what the service gives by itself.
func customerNames() map[string]string {
	names := map[string]string{
		"customer": "", "customer.customer_id": general + ".idCliente", "customer.organisation_id": general + ".idEmpresa",
	}
	for _, f := range customerFields {
		names["customer."+f.path] = f.part + "." + f.name
	}
	return names
}

// readCustomer sets what the parts have, and returns the paths of it.
func readCustomer(customer *sessionv1.Customer, parts ...proto.Message) (paths []string, err error) {
	for i, part := range []string{general, other} {
		from := parts[i].ProtoReflect()
		for _, f := range customerFields {
			source := from.Descriptor().Fields().ByJSONName(f.name)
			if f.part != part || !from.Has(source) {
				continue
			}
			into, field := at(customer.ProtoReflect(), f.path, true)
			value, ok := parseValue(field, from.Get(source).String())
			if !ok {
				return nil, rpcerr.Invalid(part+"."+f.name, "is none of its values")
			}
			into.Set(field, value)
			paths = append(paths, f.path)
		}
	}
	return paths, nil
}

// clienteOf is a customer as the family shows it.
func clienteOf(customer *sessionv1.Customer) *colppyv1.Cliente {
	out := &colppyv1.Cliente{IdCliente: customer.GetCustomerId(), IdEmpresa: customer.GetOrganisationId()}
	for _, f := range customerFields {
		from, field := at(customer.ProtoReflect(), f.path, false)
		into := out.ProtoReflect()
		into.Set(into.Descriptor().Fields().ByJSONName(f.name), protoreflect.ValueOfString(valueText(field, from.Get(field))))
	}
	return out
}

// at is the message in which the last field of a path is, and the field; making makes the messages on the way.
func at(m protoreflect.Message, path string, making bool) (protoreflect.Message, protoreflect.FieldDescriptor) {
	for {
		name, rest, nested := strings.Cut(path, ".")
		field := m.Descriptor().Fields().ByName(protoreflect.Name(name))
		switch {
		case !nested:
			return m, field
		case making:
			m = m.Mutable(field).Message()
		default:
			m = m.Get(field).Message()
		}
		path = rest
	}
}

// parseValue is the domain's value for a text. The one boolean says the opposite of what the family says; blank is not said.
func parseValue(f protoreflect.FieldDescriptor, text string) (protoreflect.Value, bool) {
	switch f.Kind() {
	case protoreflect.BoolKind:
		value, ok := parseFlag(text)
		return protoreflect.ValueOfBool(!value), ok
	case protoreflect.EnumKind:
		if oauth.Blank(text) {
			return protoreflect.ValueOfEnum(0), true
		}
		if f.Enum() == sessionv1.PaymentTerms(0).Descriptor() {
			value, ok := named(paymentTerms, text)
			return protoreflect.ValueOfEnum(value.Number()), ok
		}
		value, ok := named(vatConditions, text)
		return protoreflect.ValueOfEnum(value.Number()), ok
	}
	return protoreflect.ValueOfString(strings.TrimSpace(text)), true
}

// valueText is the family's text for a value.
func valueText(f protoreflect.FieldDescriptor, value protoreflect.Value) string {
	switch f.Kind() {
	case protoreflect.BoolKind:
		return flag(!value.Bool())
	case protoreflect.EnumKind:
		if f.Enum() == sessionv1.PaymentTerms(0).Descriptor() {
			return paymentTerms[sessionv1.PaymentTerms(value.Enum())]
		}
		return vatConditions[sessionv1.VatCondition(value.Enum())]
	}
	return value.String()
}
