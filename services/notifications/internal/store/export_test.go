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
