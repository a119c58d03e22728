package mosia

import (
	"context"
	"net/http"

	"google.golang.org/protobuf/proto"

	mosiav1 "github.com/ventanilla/ventanilla/proto/gen/go/mosia/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

// system tells with what the functionality was opened, and where.
func (a *adapter) system(r *http.Request) (proto.Message, error) {
	caller, key, err := a.passKey(r, &mosiav1.GetSystemRequest{})
	if err != nil {
		return nil, err
	}
	var known *sessionv1.GetPassKeyDeviceResponse
	err = caller.Call(r.Context(), func(ctx context.Context) (err error) {
		known, err = a.passKeys.GetPassKeyDevice(ctx, &sessionv1.GetPassKeyDeviceRequest{PassKey: key})
		return err
	})
	if err != nil {
		return nil, deviceFields.Translate(err)
	}
	data := &mosiav1.System{AbertoEm: known.GetOpenedAt().AsTime().UnixMilli()}
	if d := known.GetDevice(); d != nil {
		data.Dispositivo = &mosiav1.KnownDevice{
			Plataforma: unlessEmpty(d.GetPlatform()), Modelo: unlessEmpty(d.GetModel()),
			VersaoSo: unlessEmpty(d.GetOsVersion()), VersaoApp: unlessEmpty(d.GetAppVersion()),
		}
	}
	if l := known.GetLocation(); l != nil {
		data.Localizacao = &mosiav1.KnownLocation{Latitude: l.GetLatitude(), Longitude: l.GetLongitude()}
		if l.GetAccuracy() > 0 {
			data.Localizacao.Precisao = new(l.GetAccuracy())
		}
	}
	return &mosiav1.GetSystemResponse{Status: true, Data: data, Message: textLoaded, StatusCode: statusOK, Timestamp: a.now()}, nil
}
