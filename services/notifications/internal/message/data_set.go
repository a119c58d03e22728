package message

import authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"

// Proto is the data set as contracts name it.
func (s DataSet) Proto() authv1.DataSet {
	if s == Staging {
		return authv1.DataSet_DATA_SET_STAGING
	}
	return authv1.DataSet_DATA_SET_PRODUCTION
}

// DataSetOf is the data set of a contract's; empty for none.
func DataSetOf(set authv1.DataSet) DataSet {
	switch set {
	case authv1.DataSet_DATA_SET_PRODUCTION:
		return Production
	case authv1.DataSet_DATA_SET_STAGING:
		return Staging
	default:
		return ""
	}
}
