package bounce

import "github.com/ventanilla/ventanilla/services/notifications/internal/message"

// replies are what the codes of replies mean (RFC 5321, 4.2.3) that come without an enhanced status code.
var replies = map[int]message.Reason{
	421: message.CarrierAway,    // it is closing
	450: message.RecipientAway,  // the mailbox is busy
	451: message.CarrierAway,    // an error of its own
	452: message.CarrierAway,    // no room
	454: message.CarrierAway,    // it cannot let anybody in now
	455: message.Unintelligible, // parameters
	500: message.Unintelligible, // the command
	501: message.BadAddress,     // the address, as we send no other parameter that it may not know
	502: message.Unintelligible,
	503: message.Unintelligible, // the order of commands
	504: message.Unintelligible,
	530: message.CarrierRefuses, // it wants a login
	534: message.CarrierRefuses, // it wants a better one
	535: message.CarrierRefuses, // it does not let us in
	538: message.CarrierRefuses, // it wants TLS
	550: message.BadAddress,     // no such mailbox
	551: message.BadAddress,     // it is elsewhere
	552: message.RecipientAway,  // it is full
	553: message.BadAddress,     // no mailbox has such a name
	554: message.ContentRefused,
	555: message.Unintelligible,
	556: message.BadAddress, // its domain takes no mail
}

// ReplyReason is what the code of a reply means; Unintelligible for one that is not known.
func ReplyReason(code int) message.Reason {
	if reason, ok := replies[code]; ok {
		return reason
	}
	return message.Unintelligible
}
