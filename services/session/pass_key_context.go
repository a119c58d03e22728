package session

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"github.com/ventanilla/ventanilla/pkg/keyring"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

// openedWith is what a functionality was opened with, and where. It is stored sealed, bound to its pass key.
type openedWith struct {
	Device   *deviceRecord   `json:"device,omitempty"`
	Location *locationRecord `json:"location,omitempty"`
}

type deviceRecord struct {
	Platform   string `json:"platform,omitempty"`
	Model      string `json:"model,omitempty"`
	OSVersion  string `json:"os_version,omitempty"`
	AppVersion string `json:"app_version,omitempty"`
}

type locationRecord struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
	Accuracy  float64 `json:"accuracy,omitempty"`
}

// contextOf reads what an app says of its device.
func contextOf(req *sessionv1.OpenFunctionalityRequest) (openedWith, error) {
	var w openedWith
	if d := req.GetDevice(); d != nil {
		w.Device = &deviceRecord{d.GetPlatform(), d.GetModel(), d.GetOsVersion(), d.GetAppVersion()}
		if err := inOneLine("device", d.ProtoReflect()); err != nil {
			return w, err
		}
	}
	if l := req.GetLocation(); l != nil {
		w.Location = &locationRecord{l.GetLatitude(), l.GetLongitude(), l.GetAccuracy()}
		if math.IsNaN(l.GetLatitude() + l.GetLongitude() + l.GetAccuracy()) {
			return w, rpcerr.Invalid("location", "must be numbers")
		}
	}
	return w, nil
}

// seal is empty for nothing.
func (w openedWith) seal(kek *keyring.KEK, passKey [32]byte) []byte {
	if w == (openedWith{}) {
		return []byte{}
	}
	text, err := json.Marshal(w)
	if err != nil {
		panic(err) // texts and finite numbers can always be encoded
	}
	return kek.Seal(text, contextPlace(passKey))
}

// openContext reads what seal made.
func openContext(kek *keyring.KEK, passKey [32]byte, sealed []byte) (w openedWith, err error) {
	if len(sealed) == 0 {
		return w, nil
	}
	text, err := kek.Open(sealed, contextPlace(passKey))
	if err != nil {
		return w, fmt.Errorf("opening what a pass key came with: %w", err)
	}
	if json.Unmarshal(text, &w) != nil {
		return openedWith{}, errors.New("what a pass key came with is not as it was stored") // and is not repeated
	}
	return w, nil
}

func contextPlace(passKey [32]byte) []byte { return append([]byte("pass key/"), passKey[:]...) }

func (w openedWith) device() *sessionv1.Device {
	if w.Device == nil {
		return nil
	}
	return &sessionv1.Device{Platform: w.Device.Platform, Model: w.Device.Model, OsVersion: w.Device.OSVersion, AppVersion: w.Device.AppVersion}
}

func (w openedWith) location() *sessionv1.Location {
	if w.Location == nil {
		return nil
	}
	return &sessionv1.Location{Latitude: w.Location.Latitude, Longitude: w.Location.Longitude, Accuracy: w.Location.Accuracy}
}
