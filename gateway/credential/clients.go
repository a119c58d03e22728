package credential

import authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"

// Clients are those that an endpoint serves. The credential of another is refused as if unknown.
type Clients struct {
	// Families are theirs.
	Families []string
	// DataSets are theirs; empty is production alone.
	DataSets []authv1.DataSet
}
