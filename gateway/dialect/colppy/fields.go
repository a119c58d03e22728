package colppy

import (
	"maps"
	"strings"

	"github.com/ventanilla/ventanilla/gateway/dialect"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// place stands in a partner's name for the index that is in the domain's path.
const place = "[]"

// translate puts the partner's names into a domain error about fields, as dialect.Fields does, with the indexes of lists.
func translate(fields dialect.Fields, err error) error {
	violations := rpcerr.Fields(err)
	if len(violations) == 0 {
		return err
	}
	var named []rpcerr.Option
	for _, v := range violations {
		name := fields.Name(v.Field)
		if name == "" {
			return rpcerr.Wrap(errorsv1.Reason_REASON_INTERNAL, err, "the gateway sent a wrong "+v.Field)
		}
		name = strings.Replace(name, place, index.FindString(v.Field), 1)
		named = append(named, rpcerr.Field(name, v.Description))
	}
	return rpcerr.Wrap(rpcerr.Reason(err), err, "a parameter was refused", named...)
}

// sessionNames are the names of the fields of a session, which the gateway has looked at by itself, with further names.
func sessionNames(more ...map[string]string) map[string]string {
	names := map[string]string{"session": "", "session.user": "", "session.session_key": ""}
	for path := range developerNames() {
		names["session."+path] = ""
	}
	for _, some := range more {
		maps.Copy(names, some)
	}
	return names
}

// developerNames are the names of the fields of a developer's credential.
func developerNames() map[string]string {
	return map[string]string{"developer": "", "developer.login": "", "developer.password": "", "developer.data_set": "", "developer.address": ""}
}

// behalfNames are the names of for whom another service is asked.
func behalfNames() map[string]string {
	return map[string]string{"behalf": "", "behalf.organisation_id": "idEmpresa", "behalf.customer_id": "idCliente"}
}

// listNames are the names of what lists take.
func listNames() map[string]string {
	return map[string]string{
		"query.offset": "start", "query.limit": "limit",
		"query.filters": "filter", "query.filters.field": "filter[].field", "query.filters.operator": "filter[].op", "query.filters.value": "filter[].value",
		"query.orders": "order", "query.orders.field": "order[].field",
	}
}
