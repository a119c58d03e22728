package mosia

import (
	"context"
	"net/http"

	"google.golang.org/protobuf/proto"

	"github.com/ventanilla/ventanilla/gateway/dialect"
	mosiav1 "github.com/ventanilla/ventanilla/proto/gen/go/mosia/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

// messageFields names the fields of the domain request as the endpoint does.
var messageFields = dialect.Fields{
	Request: (*sessionv1.SendMessageRequest)(nil),
	Names: map[string]string{
		"unique_key":    parameterUniqueKey,
		"message":       parameterMessage,
		"functionality": "idFuncionalidade",
		"record":        "idRegistro",
	},
}

// sendMessage sends a push message.
func (a *adapter) sendMessage(r *http.Request) (proto.Message, error) {
	caller, err := a.clients.caller(r.Context(), scopeMessages)
	if err != nil {
		return nil, err
	}
	in := &mosiav1.SendMessageRequest{}
	if err := a.decode(r, in); err != nil {
		return nil, err
	}
	if err := require(parameter{parameterUniqueKey, in.GetChaveUnica()}, parameter{parameterMessage, in.GetMsg()}); err != nil {
		return nil, err
	}
	err = caller.Call(r.Context(), func(ctx context.Context) error {
		_, err := a.beneficiaries.SendMessage(ctx, &sessionv1.SendMessageRequest{
			UniqueKey: in.GetChaveUnica(), Message: in.GetMsg(), Functionality: in.GetIdFuncionalidade(), Record: in.GetIdRegistro(),
			NotKept: in.MsgRegistrarPush != nil && !in.GetMsgRegistrarPush(),
		})
		return err
	})
	if err != nil {
		return nil, messageFields.Translate(err)
	}
	return &mosiav1.SendMessageResponse{
		Status: true, Data: &mosiav1.Nothing{}, Message: textSent, StatusCode: statusOK, Timestamp: a.now(),
	}, nil
}
