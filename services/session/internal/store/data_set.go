package store

import authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"

// DataSet tells apart what is real from what is for tests.
type DataSet string

// The data sets.
const (
	Production DataSet = "production"
	Staging    DataSet = "staging"
)

// ToProto is the data set as contracts name it.
func (s DataSet) ToProto() authv1.DataSet {
	if s == Staging {
		return authv1.DataSet_DATA_SET_STAGING
	}
	return authv1.DataSet_DATA_SET_PRODUCTION
}

// DataSetFromProto is the data set of a contract's, which is production when unspecified.
func DataSetFromProto(set authv1.DataSet) DataSet {
	if set == authv1.DataSet_DATA_SET_STAGING {
		return Staging
	}
	return Production
}
