package auth

import (
	"slices"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	"github.com/ventanilla/ventanilla/services/auth/internal/store"
)

// served are the clients that an endpoint serves. Who is not known is none of them.
type served struct {
	families []string
	sets     []store.DataSet
}

// servedBy reads what a request says of its endpoint. Without data sets it is production's.
func servedBy(req interface {
	GetFamilies() []string
	GetDataSets() []authv1.DataSet
},
) served {
	of := served{families: req.GetFamilies()}
	for _, set := range req.GetDataSets() {
		of.sets = append(of.sets, dataSetFromProto(set))
	}
	if len(of.sets) == 0 {
		of.sets = []store.DataSet{store.Production}
	}
	return of
}

func (s served) has(client store.Client) bool { return s.family(client) && s.dataSet(client) }

func (s served) family(client store.Client) bool { return slices.Contains(s.families, client.Family) }

func (s served) dataSet(client store.Client) bool { return slices.Contains(s.sets, client.DataSet) }

func dataSetFromProto(set authv1.DataSet) store.DataSet {
	if set == authv1.DataSet_DATA_SET_STAGING {
		return store.Staging
	}
	return store.Production
}

func dataSetToProto(set store.DataSet) authv1.DataSet {
	if set == store.Staging {
		return authv1.DataSet_DATA_SET_STAGING
	}
	return authv1.DataSet_DATA_SET_PRODUCTION
}
