package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"strconv"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/ventanilla/ventanilla/gateway/dialect/colppy"
	"github.com/ventanilla/ventanilla/gateway/dialect/mosia"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

const (
	listWork   = "listar_cliente, filtered"
	readWork   = "leer_empresa"
	checkWork  = "validar_sesion"
	redeemWork = "pass key, redeem"
	loginWork  = "iniciar_sesion"

	// listed is how many customers a list has, of those of one province.
	listed = 20
)

// comparedWorks are those that are compared with a pass-through, in the order of the report.
var comparedWorks = []string{listWork, readWork, checkWork, redeemWork}

// operation asks for one, over and over.
func (p parties) operation(provision, operacion string, parameters map[string]any, check func(int, []byte) error) workload {
	body, _ := json.Marshal(map[string]any{ // texts and maps can be written
		"auth":       map[string]any{"usuario": p.developer.GetLogin(), "password": p.developer.GetPassword()},
		"service":    map[string]any{"provision": provision, "operacion": operacion},
		"parameters": parameters,
	})
	return workload{path: colppy.Path, contentType: jsonType, form: func(int) string { return string(body) }, check: check}
}

// sesion is the session as parameters have it, with others.
func (p parties) sesion(others map[string]any) map[string]any {
	parameters := map[string]any{"sesion": map[string]any{"usuario": p.session.GetUser(), "claveSesion": p.session.GetSessionKey()}}
	maps.Copy(parameters, others)
	return parameters
}

// has wants so many of a text in an answer.
func has(text string, count int) func(int, []byte) error {
	return func(_ int, body []byte) error {
		if found := bytes.Count(body, []byte(text)); found != count {
			return fmt.Errorf("it has %s %d times, not %d", text, found, count)
		}
		return nil
	}
}

// rest are the compared kinds of work as partners ask for them.
func (p parties) rest() map[string]workload {
	organisation := strconv.FormatInt(p.organisation, 10)
	return map[string]workload{
		listWork: p.operation("Cliente", "listar_cliente", p.sesion(map[string]any{
			"idEmpresa": organisation, "start": 0, "limit": listed,
			"filter": []any{map[string]any{"field": "DirPostalProvincia", "op": "=", "value": province(3)}},
		}), has(`"idCliente":`, listed)),
		readWork:  p.operation("Empresa", "leer_empresa", p.sesion(map[string]any{"idEmpresa": organisation}), has(`"razonSocial":`, 1)),
		checkWork: p.operation("Usuario", "validar_sesion", p.sesion(nil), has(`"segundosRestantes":`, 1)),
		redeemWork: {
			path:          mosia.UserPath,
			authorization: func(int) string { return p.token },
			get: func(i int) string {
				return mosia.UserPath + "?" + url.Values{
					"instanciaApp": {"2"}, "chavePasse": {p.passKeys[i%len(p.passKeys)]}, "chaveFuncionalidade": {p.functionality},
				}.Encode()
			},
			check: has(`"chaveUnica":"P`, 1),
		},
	}
}

// rpc are the same as RPCs through the pass-through; internal is the client's internal token.
func (p parties) rpc(internal string) map[string]workload {
	call := func(method string, check func(int, []byte) error, requests ...proto.Message) workload {
		bodies := make([]string, len(requests))
		for i, request := range requests {
			body, _ := protojson.Marshal(request) // its texts are UTF-8
			bodies[i] = string(body)
		}
		return workload{path: method, contentType: jsonType, form: func(i int) string { return bodies[i%len(bodies)] }, check: check}
	}
	redeemed := make([]proto.Message, len(p.passKeys))
	for i, key := range p.passKeys {
		redeemed[i] = &sessionv1.RedeemPassKeyRequest{PassKey: &sessionv1.PassKey{
			PassKey: key, FunctionalityKey: p.functionality, DataSet: authv1.DataSet_DATA_SET_PRODUCTION,
		}}
	}
	redeem := call(sessionv1.PassKeyService_RedeemPassKey_FullMethodName, has(`"uniqueKey":"P`, 1), redeemed...)
	redeem.authorization = func(int) string { return "Bearer " + internal }
	return map[string]workload{
		listWork: call(sessionv1.WorkspaceService_ListCustomers_FullMethodName, has(`"customerId":`, listed), &sessionv1.ListCustomersRequest{
			Session: p.session, OrganisationId: p.organisation, Query: &sessionv1.ListQuery{Limit: listed, Filters: []*sessionv1.Filter{
				{Field: "postal_address.province", Operator: sessionv1.Operator_OPERATOR_EQUAL, Value: province(3)},
			}},
		}),
		readWork: call(sessionv1.WorkspaceService_GetUserOrganisation_FullMethodName, has(`"legalName":`, 1),
			&sessionv1.GetUserOrganisationRequest{Session: p.session, OrganisationId: p.organisation}),
		checkWork:  call(sessionv1.SessionService_CheckSession_FullMethodName, has(`"idleExpiresAt":`, 1), &sessionv1.CheckSessionRequest{Session: p.session}),
		redeemWork: redeem,
	}
}

// login opens a session of a user with a password.
func (p parties) login(user, password string, check func(int, []byte) error) workload {
	return p.operation("Usuario", "iniciar_sesion", map[string]any{"usuario": user, "password": password}, check)
}
