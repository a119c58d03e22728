package store_test

import "github.com/ventanilla/ventanilla/services/session/internal/store"

func passKeyPlans() map[string]planned {
	hash := make([]byte, 32)
	return map[string]planned{
		"a pass key":                   {store.SelectPassKey, []any{hash, 1, "f", "c", "staging"}, false},
		"what a token may open":        {store.SelectOpening, []any{hash, 1, "f"}, false},
		"what a token opens":           {store.SelectOpened, []any{hash, 1, "f"}, false},
		"a beneficiary":                {store.SelectBeneficiary, []any{"c", "p"}, false},
		"a person's beneficiaries":     {store.SelectBeneficiariesOf, []any{"p", "staging"}, true},
		"a functionality":              {store.SelectFunctionality, []any{"f"}, false},
		"functionalities":              {store.SelectFunctionalities, []any{1, "f", 50}, false},
		"functionalities of a client":  {store.SelectOfClient, []any{1, "f", 50, "c"}, false},
		"an integration of the client": {store.SelectOwnIntegration, []any{"i", "c", "staging"}, false},
	}
}
