package edgetest

import (
	"slices"
	"strings"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// clientOfMosia is the client of a token, if the endpoint serves it; nil when not.
func clientOfMosia(in *authv1.ExchangeRequest) *authv1.Principal {
	name, ok := strings.CutPrefix(in.GetApiKey(), "client.of.mosia.")
	if !ok || in.GetAudience() != "session" || !slices.Contains(in.GetFamilies(), "mosia") {
		return nil
	}
	client := &authv1.Principal{
		ClientId: "1", DataSet: authv1.DataSet_DATA_SET_PRODUCTION, Scopes: []string{"chavePasse", "seguranca", "mensageria"},
	}
	switch name {
	case "all":
	case "sandbox":
		client.DataSet = authv1.DataSet_DATA_SET_STAGING
	case "nothing":
		client.Scopes = nil
	default:
		return nil
	}
	if !serves(in, client.GetDataSet()) {
		return nil
	}
	return client
}
