package authn

// Roles of operators, as internal tokens name them; see ventanilla.auth.v1.OperatorRole.
const (
	Viewer    = "viewer"
	Support   = "support"
	Editor    = "editor"
	Publisher = "publisher"
	Security  = "security"
)

// OperatorRoles are all of them: for what every operator may do.
func OperatorRoles() []string { return []string{Viewer, Support, Editor, Publisher, Security} }
