package colppy

import (
	"regexp"
	"strings"
)

var index = regexp.MustCompile(`\[\d+\]`)

// rules say what parameters take, by their names without indexes and the objects that they are in.
var rules = map[string]string{
	"CUIT":            "son 11 dígitos, con su dígito verificador",
	"dni":             "son 7 u 8 dígitos",
	"FechaAlta":       "es una fecha AAAA-MM-DD",
	"Activo":          "es 1 o 0",
	"idCondicionPago": "es Contado, a 15 Dias, a 30 Dias o a 60 Dias",
	"idCondicionIva":  "es 1, 2, 3 o 4",
	"porcentajeIVA":   "es un porcentaje de hasta dos decimales",
	"idEmpresa":       "es un número",
	"idCliente":       "es un número",
	"canal":           "es SAT, SMS, FCM, EMAIL o WEBHOOK",
	"titulo":          "tiene de 1 a 32 caracteres",
	"mensaje":         "tiene de 1 a 166 caracteres",
	"referencia":      "tiene hasta 64 bytes",
	"start":           "es un número de 0 a 1000000",
	"limit":           "es un número de 1 a 500",
	"filter":          "es una lista de hasta 16 condiciones {field, op, value}",
	"filter.op":       "es =, <>, >=, <= o, para textos, like",
	"order":           "es {field, dir}, {field: […], order} o una lista de hasta 4 {field, dir}",
	"order.dir":       "es asc o desc",
	"order.order":     "es asc o desc",
}

// ruleFor says what a parameter takes, empty for nothing to say; declared are the fields of its list, where it names one.
func ruleFor(parameter, declared string) string {
	if declared != "" {
		return "los campos son " + declared
	}
	bare := index.ReplaceAllString(parameter, "")
	if rule, ok := rules[bare]; ok {
		return rule
	}
	return rules[bare[strings.LastIndexByte(bare, '.')+1:]]
}
