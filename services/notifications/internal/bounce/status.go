package bounce

import (
	"strconv"
	"strings"

	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

// reasons are what enhanced status codes mean (RFC 3463, and the registry of IANA), without the class: whether something is for good is said
// beside it. Those of a subject that are not here are as its first.
var reasons = map[string]message.Reason{
	"1.0": message.BadAddress,     // the address
	"1.7": message.CarrierRefuses, // that of the sender
	"1.8": message.CarrierRefuses,

	"2.0": message.RecipientAway,  // the mailbox
	"2.1": message.Blocked,        // it takes none
	"2.3": message.ContentRefused, // too long for it
	"2.4": message.BadAddress,     // a list that leads nowhere

	"3.0": message.CarrierAway,    // the mail system
	"3.4": message.ContentRefused, // too long for it

	"4.0": message.CarrierAway, // the network
	"4.4": message.BadAddress,  // no way leads to the domain
	"4.7": message.RecipientAway,

	"5.0": message.Unintelligible, // the protocol

	"6.0": message.ContentRefused, // what is said

	"7.0":  message.ContentRefused, // policies
	"7.2":  message.BadAddress,     // a list that we may not write to
	"7.8":  message.CarrierRefuses, // it does not let us in
	"7.9":  message.CarrierRefuses,
	"7.11": message.CarrierRefuses,
	"7.13": message.Blocked,
	"7.27": message.CarrierRefuses,
	"7.28": message.Throttled, // a flood
}

// Reason is what an enhanced status code means, "5.1.1"; Undelivered for none that is known.
func Reason(status string) message.Reason {
	_, subject, detail, ok := parts(status)
	if !ok {
		return message.Undelivered
	}
	for _, name := range []string{subject + "." + detail, subject + ".0"} {
		if reason, ok := reasons[name]; ok {
			return reason
		}
	}
	return message.Undelivered
}

// parts are those of an enhanced status code.
func parts(status string) (class, subject, detail string, ok bool) {
	words := strings.Split(status, ".")
	if len(words) != 3 {
		return "", "", "", false
	}
	for i, word := range words {
		number, err := strconv.ParseUint(word, 10, 10)
		if err != nil {
			return "", "", "", false
		}
		words[i] = strconv.FormatUint(number, 10)
	}
	return words[0], words[1], words[2], true
}
