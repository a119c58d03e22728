package store

// What the store asks for, for the test of its plans.
const (
	SelectChanges    = selectChanges
	SelectDeadNewest = selectDeadNewest
	SelectDeadOldest = selectDeadOldest
	CancelParts      = cancelParts
	CancelPayment    = cancelPayment

	SelectProvidersOfClient = selectProvidersOfClient
	SelectProvidersOfRole   = selectProvidersOfRole
)

// SelectPage and SelectTotal are the queries of a list.
func SelectPage(f DispatchFilter, offset, limit int) (query string, args []any) {
	return selectPage(f, offset, limit)
}

// SelectTotal counts it.
func SelectTotal(f DispatchFilter) (query string, args []any) { return selectTotal(f) }

// SelectSnapshots reads dispatches.
func (s *Store) SelectSnapshots() string { return s.selectSnapshots() }

// SelectAttempts reads their attempts.
func (s *Store) SelectAttempts() string { return s.selectAttempts() }

// SelectLastChanges reads their last changes.
func (s *Store) SelectLastChanges() string { return selectLastChanges + s.among("dispatch_id", "$1") }

// List is a list of keys.
func (s *Store) List(keys ...string) any { return s.list(keys) }

// QueueTexts are what the queue and its upkeep ask for, by name, for the test of their plans.
func (s *Store) QueueTexts() map[string]string {
	return map[string]string{
		"claim": s.claimParts(), "lose": s.loseAttempts(), "unknown": s.selectUnknown(), "begin": s.insertAttempts(),
		"contents": s.selectContents(), "sending": s.updateSending(), "renew": s.renewParts(),
		"finish": s.finishParts(), "end": s.endMade(), "unmade": s.deleteUnmade(),
		"settle": s.selectToSettle(), "settled": s.updateSettled(),
		"lock": s.lockParts(), "outcomes": s.selectOutcomes(), "received parts": s.updateReceivedParts(), "received attempts": s.updateReceivedAttempts(),
		"expire": s.updateExpired(), "unpaid": s.updateUnpaid(), "unpaid parts": s.updateUnpaidParts(), "erase": s.updateErased(),
		"erase content": s.deleteOf("content"), "erase pictures": s.deleteOf("picture"),
		"keys":  s.deleteOldest("idempotency", "expires_at <= $1", "expires_at"),
		"calls": s.deleteOldest("callback", "ended_at IS NOT NULL AND ended_at <= $1", "ended_at"),
		"usage": s.deleteOldest("usage", "day < $1", "day"), "depth": selectDepth, "due": s.selectDueLanes(),
	}
}
