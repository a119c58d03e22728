package mosia

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/ventanilla/ventanilla/gateway/credential"
	"github.com/ventanilla/ventanilla/gateway/dialect"
	"github.com/ventanilla/ventanilla/gateway/oauth"
	"github.com/ventanilla/ventanilla/gateway/wirejson"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	mosiav1 "github.com/ventanilla/ventanilla/proto/gen/go/mosia/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

// maxBeneficiaryToken is the longest text that the session service takes for a beneficiary's token.
const maxBeneficiaryToken = 4096

// openingFields names the fields of the domain request as the endpoint does, those of device and location with what their names begin
// with.
func openingFields(device, location string) dialect.Fields {
	return dialect.Fields{Request: (*sessionv1.OpenFunctionalityRequest)(nil), Names: map[string]string{
		"beneficiary_token":  "",
		"functionality_key":  parameterFunctionality,
		"data_set":           "",
		"device.platform":    device + "plataforma",
		"device.model":       device + "modelo",
		"device.os_version":  device + "versaoSO",
		"device.app_version": device + "versaoApp",
		"location.latitude":  location + parameterLatitude,
		"location.longitude": location + parameterLongitude,
		"location.accuracy":  location + parameterAccuracy,
	}}
}

var (
	openFields   = openingFields("", "")
	submitFields = openingFields("dispositivo.", "localizacao.")
)

// open is the opening by GET. It checks that there is a token, the parameters, and then whether the token holds, for which the
// functionality must be known.
func (a *adapter) open(r *http.Request) (string, error) {
	holder, err := beneficiaryToken(r, "")
	if err != nil {
		return "", err
	}
	in := &mosiav1.OpenFunctionalityRequest{}
	if err := wirejson.Query(in, r.URL.RawQuery); err != nil {
		return "", err
	}
	device := &mosiav1.Device{
		Plataforma: in.GetPlataforma(), Modelo: in.GetModelo(), VersaoSo: in.GetVersaoSo(), VersaoApp: in.GetVersaoApp(),
	}
	location := &mosiav1.Location{Latitude: in.Latitude, Longitude: in.Longitude, Precisao: in.Precisao}
	return a.opened(r, &mosiav1.SubmitFunctionalityRequest{
		Token: holder, InstanciaApp: in.GetInstanciaApp(), ChaveFuncionalidade: in.GetChaveFuncionalidade(),
		Dispositivo: device, Localizacao: location,
	}, openFields)
}

// submit is the opening by POST, whose body may carry the token.
func (a *adapter) submit(r *http.Request) (string, error) {
	in := &mosiav1.SubmitFunctionalityRequest{}
	if err := a.decode(r, in); err != nil {
		return "", err
	}
	holder, err := beneficiaryToken(r, in.GetToken())
	if err != nil {
		return "", err
	}
	in.Token = holder
	return a.opened(r, in, submitFields)
}

// beneficiaryToken is the one that the request carries, in its body or else in Authorization.
func beneficiaryToken(r *http.Request, inBody string) (string, error) {
	presented, err := token(r.Context())
	if !oauth.Blank(inBody) {
		presented, err = credential.Parse([]string{bearer + inBody})
	}
	if err != nil {
		return "", err
	}
	if len(presented.Token) > maxBeneficiaryToken {
		return "", rpcerr.New(errorsv1.Reason_REASON_CREDENTIAL_INVALID, "the token is too long to be one")
	}
	return presented.Token, nil
}

// opened has a functionality opened, and is where the user goes from here.
func (a *adapter) opened(r *http.Request, in *mosiav1.SubmitFunctionalityRequest, fields dialect.Fields) (string, error) {
	// Nobody called this before there were instances.
	err := require(parameter{parameterInstance, in.GetInstanciaApp()}, parameter{parameterFunctionality, in.GetChaveFuncionalidade()})
	if err != nil {
		return "", err
	}
	set, err := dataSet(in.GetInstanciaApp())
	if err != nil {
		return "", err
	}
	location, err := locationOf(in.GetLocalizacao(), fields)
	if err != nil {
		return "", err
	}
	opened, err := a.passKeys.OpenFunctionality(r.Context(), &sessionv1.OpenFunctionalityRequest{
		BeneficiaryToken: in.GetToken(), FunctionalityKey: in.GetChaveFuncionalidade(), DataSet: set,
		Device: deviceOf(in.GetDispositivo()), Location: location,
	})
	if err != nil {
		return "", fields.Translate(err)
	}
	to, err := url.Parse(opened.GetRedirectUri())
	if err != nil {
		return "", fmt.Errorf("reading the functionality's address: %w", err)
	}
	if to.RawQuery = withoutPassKey(to.RawQuery); to.RawQuery != "" {
		to.RawQuery += "&"
	}
	to.RawQuery += parameterPassKey + "=" + url.QueryEscape(opened.GetPassKey())
	return to.String(), nil
}

// withoutPassKey is a query without parameters that the page would take for the pass key. The rest stays as it is written.
func withoutPassKey(query string) string {
	kept := slices.DeleteFunc(strings.Split(query, "&"), func(pair string) bool {
		name, _, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(name)
		return err == nil && name == parameterPassKey
	})
	return strings.Join(kept, "&")
}

// deviceOf is a device as the session service has it; nil for one of which nothing is told.
func deviceOf(d *mosiav1.Device) *sessionv1.Device {
	if d.GetPlataforma() == "" && d.GetModelo() == "" && d.GetVersaoSo() == "" && d.GetVersaoApp() == "" {
		return nil
	}
	return &sessionv1.Device{Platform: d.GetPlataforma(), Model: d.GetModelo(), OsVersion: d.GetVersaoSo(), AppVersion: d.GetVersaoApp()}
}

// locationOf is a location as the session service has it; nil for none. One is not without the other.
func locationOf(l *mosiav1.Location, fields dialect.Fields) (*sessionv1.Location, error) {
	if l == nil || l.Latitude == nil && l.Longitude == nil && l.Precisao == nil {
		return nil, nil
	}
	if l.Latitude == nil {
		return nil, rpcerr.Missing(fields.Name("location.latitude"))
	}
	if l.Longitude == nil {
		return nil, rpcerr.Missing(fields.Name("location.longitude"))
	}
	return &sessionv1.Location{Latitude: l.GetLatitude(), Longitude: l.GetLongitude(), Accuracy: l.GetPrecisao()}, nil
}
