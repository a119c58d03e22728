package message

import "time"

// DataSet is the one that a recipient belongs to.
type DataSet string

// The data sets.
const (
	Production DataSet = "production"
	Staging    DataSet = "staging"
)

// Channel is a way to a recipient; empty for parts that are not sent.
type Channel string

// The channels.
const (
	SAT     Channel = "sat"
	SMS     Channel = "sms"
	FCM     Channel = "fcm"
	Email   Channel = "email"
	Webhook Channel = "webhook"
)

// Channels are all of them.
func Channels() []Channel { return []Channel{SAT, SMS, FCM, Email, Webhook} }

// Kind is what a part is: its number among the parts of a dispatch.
type Kind int

// The kinds, with the numbers of notificationsv1.PartKind.
const (
	Notification  Kind = 1
	Advertisement Kind = 2
	QRCode        Kind = 3
	MicroPayment  Kind = 4
)

// Priority is the order in which parts of a channel are sent.
type Priority int

// The priorities.
const (
	Urgent Priority = 0 // notifications
	Bulk   Priority = 1 // advertisements
)

// Status is where a part is, or a dispatch.
type Status string

// The statuses; see notificationsv1.Status.
const (
	Accepted  Status = "accepted"
	Scheduled Status = "scheduled"
	Sending   Status = "sending"
	Sent      Status = "sent"
	Delivered Status = "delivered"
	Failed    Status = "failed"
	Expired   Status = "expired"
	Cancelled Status = "cancelled"
)

// Waits tells whether the part is in the queue, with nobody at work on it.
func (s Status) Waits() bool { return s == Accepted || s == Scheduled }

// Open tells whether more can happen to a part by the dispatcher's own work.
func (s Status) Open() bool { return s.Waits() || s == Sending }

// Outcome is what came of an attempt; empty while it is under way.
type Outcome string

// The outcomes; see notificationsv1.Outcome.
const (
	OutcomeSent      Outcome = "sent"
	OutcomeDelivered Outcome = "delivered"
	OutcomeFailed    Outcome = "failed"
	OutcomeRejected  Outcome = "rejected"
	OutcomeThrottled Outcome = "throttled"
	OutcomeUnknown   Outcome = "unknown"
)

// Reason says why an attempt failed or a part ended or waits: a word of the list below, the same for all carriers. Empty for none.
type Reason string

// The reasons.
const (
	// About the recipient.
	NoAddress     Reason = "no_address"     // there is none for the channel any more
	BadAddress    Reason = "bad_address"    // the carrier says that there is no such address
	Blocked       Reason = "blocked"        // the recipient, or its operator, refuses messages
	OptedOut      Reason = "opted_out"      // the recipient refuses advertisements
	RecipientAway Reason = "recipient_away" // the device or mailbox cannot take it now
	UnknownPerson Reason = "unknown_person" // identity does not know the person any more
	QuietHours    Reason = "quiet_hours"    // it waits for their end
	SendAt        Reason = "send_at"        // it waits for the time asked for
	// About the carrier.
	NoCarrier      Reason = "no_carrier"      // none is configured for the channel
	CarrierAway    Reason = "carrier_away"    // no connection, or an answer of its being out of order
	CarrierTimeout Reason = "carrier_timeout" // no answer in time
	CarrierRefuses Reason = "carrier_refuses" // it does not let us in, or has no credit
	ContentRefused Reason = "content_refused" // it does not take what is said
	Throttled      Reason = "throttled"       // it asks to wait
	Unintelligible Reason = "unintelligible"  // it answers what nobody can read
	// About ourselves.
	WorkerLost      Reason = "worker_lost"   // whoever made the attempt died
	IdentityAway    Reason = "identity_away" // the addresses could not be read
	AttemptsUsed    Reason = "attempts_used" // every attempt failed
	TimeRanOut      Reason = "time_ran_out"  // it expired
	CancelledByUser Reason = "cancelled"     // it was taken back
	Undelivered     Reason = "undelivered"   // a receipt says so, and not why
)

// Address is where a carrier sends to. It is personal data.
type Address struct {
	// ID names it among those of package recipient; empty for one of identity's.
	ID string
	// Value is a telephone number in E.164 form, a mail address, the token of a device, or an https address.
	Value string
	// Secret signs calls of a webhook; nil for others.
	Secret []byte
}

// Message is what a carrier is given.
type Message struct {
	// ID is that of the part, the same in every attempt: "<dispatch>-<number of the kind>".
	ID string
	// Attempt counts from 1; Repeated tells that an earlier one may have reached the recipient.
	Attempt  int
	Repeated bool
	// Before is the carrier of the attempt before; empty for none.
	Before  string
	Channel Channel
	Kind    Kind
	To      Address
	Title   string
	Text    string
	// Link is an https address; empty for none.
	Link string
	// Data is what the recipient's app is told beside the text; nil for nothing. SAT, SMS and mail have no place for it.
	Data map[string]string
	// PictureURL is where everybody finds the picture; empty for none. Picture and PictureType are the same, for carriers that attach it.
	PictureURL  string
	Picture     []byte
	PictureType string
	Expires     time.Time
	// Receipt is a token that names part and attempt in what the carrier tells later.
	Receipt string
}

// Result is what came of an attempt.
type Result struct {
	Outcome Outcome
	Reason  Reason
	// Ref is the carrier's own identifier; empty for none.
	Ref string
	// RetryAfter is how long the carrier asks to wait; 0 for no wish.
	RetryAfter time.Duration
	// AddressDead says that the address will never be good again.
	AddressDead bool
	// Detail is for the log: the carrier's code, nothing of the message or the recipient.
	Detail string
}

// Receipt is what a carrier tells of a message later.
type Receipt struct {
	// Token is Message.Receipt.
	Token string
	// Outcome is OutcomeSent, OutcomeDelivered, OutcomeFailed (which is final, as the message was taken) or OutcomeRejected.
	Outcome Outcome
	Reason  Reason
	Detail  string
}
