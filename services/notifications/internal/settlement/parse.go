package settlement

import (
	"encoding/json"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

// Parse reads the body of a call: {"payment_id", "status": "paid"|"cancelled", "amount", "currency"}; other members are not looked at. It
// fails with FIELD_MISSING and FIELD_INVALID.
func Parse(body []byte) (s store.Settlement, err error) {
	members := map[string]json.RawMessage{}
	if json.Unmarshal(body, &members) != nil {
		return s, rpcerr.Invalid("body", "must be a JSON object")
	}
	var status string
	for _, member := range []struct {
		name, form string
		into       any
	}{
		{"payment_id", "must be a text", &s.PaymentID},
		{"status", "must be a text", &status},
		{"amount", "must be a whole number of minor units", &s.Amount},
		{"currency", "must be a text", &s.Currency},
	} {
		text := members[member.name]
		if len(text) == 0 || string(text) == "null" || string(text) == `""` {
			return s, rpcerr.Missing(member.name)
		}
		if json.Unmarshal(text, member.into) != nil {
			return s, rpcerr.Invalid(member.name, member.form)
		}
	}
	s.Status = store.PaymentStatus(status)
	if s.Status != store.PaymentPaid && s.Status != store.PaymentCancelled {
		return s, rpcerr.Invalid("status", `must be "paid" or "cancelled"`)
	}
	return s, nil
}
