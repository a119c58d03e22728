package store

// SessionTexts are what accounts and sessions are asked for by, for the test of its plans.
func (s *Store) SessionTexts() map[string]string {
	return map[string]string{
		"an account": selectAccountByID, "an account by login": selectAccountByLogin, "accounts": selectAccounts,
		"what is presented": selectPresented, "a session": selectSessionByID, "sessions": selectSessions, "sessions of a user": selectSessionsOfUser,
		"sessions of a developer": selectSessionsOfDeveloper, "count of a user": countOfUser, "count of a developer": countOfDeveloper,
		"failures": selectFailures(2), "drop sessions": s.dropOldest("session", "idle_expires_at"), "drop failures": s.dropOldest("login_failure", "last_failure_at"),
	}
}

// What the store asks for, for the test of its plans.
const (
	SelectOrganisation  = selectOrganisation
	SelectOrganisations = selectOrganisations
	SelectMember        = selectMember
	SelectMembers       = selectMembers
	SelectMembership    = selectMembership
	SelectCustomer      = selectCustomer
	CountMembers        = countMembers
	CountMemberships    = countMemberships

	ChangeableColumns = changeableColumns
	CustomerColumns   = customerColumns
	CustomersOf       = customersOf
	MembershipColumns = membershipColumns
	MembershipsOf     = membershipsOf
)

// Statements of beneficiaries and functionalities whose plans are looked at.
const (
	SelectPassKey         = selectPassKey
	SelectOpening         = selectOpening
	SelectOpened          = selectOpened
	SelectBeneficiary     = selectBeneficiary
	SelectBeneficiariesOf = selectBeneficiariesOf
	SelectFunctionality   = selectFunctionality
	SelectFunctionalities = selectFunctionalities
	SelectOfClient        = selectOfClient
	SelectOwnIntegration  = selectOwnIntegration
)
