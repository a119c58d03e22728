package colppy

import (
	"strings"

	"google.golang.org/protobuf/types/known/timestamppb"

	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

// The words of the live system for what the domain enumerates.
var (
	paymentTerms = map[sessionv1.PaymentTerms]string{
		sessionv1.PaymentTerms_PAYMENT_TERMS_CASH:    "Contado",
		sessionv1.PaymentTerms_PAYMENT_TERMS_15_DAYS: "a 15 Dias",
		sessionv1.PaymentTerms_PAYMENT_TERMS_30_DAYS: "a 30 Dias",
		sessionv1.PaymentTerms_PAYMENT_TERMS_60_DAYS: "a 60 Dias",
	}
	vatConditions = map[sessionv1.VatCondition]string{
		sessionv1.VatCondition_VAT_CONDITION_REGISTERED:     "1",
		sessionv1.VatCondition_VAT_CONDITION_EXEMPT:         "2",
		sessionv1.VatCondition_VAT_CONDITION_FINAL_CONSUMER: "3",
		sessionv1.VatCondition_VAT_CONDITION_SIMPLIFIED:     "4",
	}
	statuses = map[notificationsv1.Status]string{
		notificationsv1.Status_STATUS_ACCEPTED:  "aceptada",
		notificationsv1.Status_STATUS_SCHEDULED: "programada",
		notificationsv1.Status_STATUS_SENDING:   "en_envio",
		notificationsv1.Status_STATUS_SENT:      "enviada",
		notificationsv1.Status_STATUS_DELIVERED: "entregada",
		notificationsv1.Status_STATUS_FAILED:    "fallida",
		notificationsv1.Status_STATUS_EXPIRED:   "vencida",
		notificationsv1.Status_STATUS_CANCELLED: "cancelada",
	}
	channels = map[notificationsv1.Channel]string{
		notificationsv1.Channel_CHANNEL_SAT:     "SAT",
		notificationsv1.Channel_CHANNEL_SMS:     "SMS",
		notificationsv1.Channel_CHANNEL_FCM:     "FCM",
		notificationsv1.Channel_CHANNEL_EMAIL:   "EMAIL",
		notificationsv1.Channel_CHANNEL_WEBHOOK: "WEBHOOK",
	}
	outcomes = map[benefitsv1.Outcome]string{
		benefitsv1.Outcome_OUTCOME_ELIGIBLE:  "cumple",
		benefitsv1.Outcome_OUTCOME_POTENTIAL: "potencial",
	}
)

// named is the value that a word stands for, in any letter case.
func named[E comparable](words map[E]string, word string) (value E, ok bool) {
	for value, known := range words {
		if strings.EqualFold(known, strings.TrimSpace(word)) {
			return value, true
		}
	}
	return value, false
}

// wordFor has a word of the family's in the domain's, which is the name of the value.
func wordFor[E interface {
	comparable
	String() string
}](words map[E]string) func(string) (string, bool) {
	return func(word string) (string, bool) {
		value, ok := named(words, word)
		return value.String(), ok
	}
}

// parseFlag reads a boolean as the family, or JSON, writes it.
func parseFlag(text string) (value, ok bool) {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "1", "true":
		return true, true
	case "0", "false":
		return false, true
	}
	return false, false
}

// opposite has a flag in the domain's word, which says the opposite.
func opposite(text string) (string, bool) {
	value, ok := parseFlag(text)
	if value {
		return "false", ok
	}
	return "true", ok
}

// argentine is a time as the family writes it.
func argentine(at *timestamppb.Timestamp) string { return at.AsTime().In(argentina).Format(timeLayout) }
