package store

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
		"keys": s.deleteOldest("idempotency", "expires_at <= $1", "expires_at"),
		"calls": s.deleteOldest("callback", "ended_at IS NOT NULL AND ended_at <= $1", "ended_at"),
		"usage": s.deleteOldest("usage", "day < $1", "day"), "depth": selectDepth,
	}
}

// List is the argument of a list of identifiers.
func (s *Store) List(ids []string) any { return s.list(ids) }
