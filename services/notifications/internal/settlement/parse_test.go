package settlement_test

import (
	"testing"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	"github.com/ventanilla/ventanilla/services/notifications/internal/settlement"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`{"payment_id":"x","status":"paid","amount":1500,"currency":"CLP","more":{"a":[1]}}`, `{"payment_id":"","amount":null}`, `[]`, `null`, `{"amount":1e400}`,
		`{"payment_id":"\ud800","status":"cancelled","amount":-9223372036854775808,"currency":"\u0000"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := settlement.Parse(body)
		switch reason := rpcerr.Reason(err); reason {
		case errorsv1.Reason_REASON_UNSPECIFIED:
			if got.PaymentID == "" || got.Currency == "" || got.Status != store.PaymentPaid && got.Status != store.PaymentCancelled {
				t.Errorf("read as %+v", got)
			}
		case errorsv1.Reason_REASON_FIELD_INVALID, errorsv1.Reason_REASON_FIELD_MISSING:
			if len(rpcerr.Fields(err)) != 1 {
				t.Errorf("%v names no field", err)
			}
		default:
			t.Errorf("failed with %v", err)
		}
	})
}
