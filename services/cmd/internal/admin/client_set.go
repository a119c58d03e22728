package admin

import (
	"context"
	"errors"
	"fmt"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// setOfClient is the data set of what belongs to a client, as "a provider": the client's, which wanted has to be unless it is unspecified. It
// fails where the client is none that can call.
func setOfClient(ctx context.Context, conn *grpc.ClientConn, what, clientID string, wanted authv1.DataSet) (authv1.DataSet, error) {
	answer, err := authv1.NewClientServiceClient(conn).GetClient(ctx, &authv1.GetClientRequest{ClientId: clientID})
	if status.Code(err) == codes.Unimplemented { // the bootstrap peer calls the service itself, which has no clients
		if wanted == authv1.DataSet_DATA_SET_UNSPECIFIED {
			return wanted, errors.New("the client cannot be looked up here: give --data-set, which has to be the client's")
		}
		return wanted, nil
	}
	if err != nil {
		return wanted, err
	}
	client := answer.GetClient()
	kind := client.GetKind()
	if kind != authv1.ClientKind_CLIENT_KIND_PARTNER && kind != authv1.ClientKind_CLIENT_KIND_INTERNAL {
		return wanted, fmt.Errorf("the client %s is a %s: only a partner or an internal one can have %s", clientID, kindName(kind), what)
	}
	if set := dataSetName(client.GetDataSet()); wanted != authv1.DataSet_DATA_SET_UNSPECIFIED && dataSetName(wanted) != set {
		return wanted, fmt.Errorf("the client %s is of %s and cannot have %s of %s", clientID, set, what, dataSetName(wanted))
	}
	return dataSetNamed(dataSetName(client.GetDataSet())), nil
}
