package store

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
