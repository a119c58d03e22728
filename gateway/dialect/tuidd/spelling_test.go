package tuidd_test

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"

	"github.com/ventanilla/ventanilla/gateway/dialect/tuidd"
	"github.com/ventanilla/ventanilla/gateway/wirejson"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
)

const (
	missing  = errorsv1.Reason_REASON_FIELD_MISSING
	invalid  = errorsv1.Reason_REASON_FIELD_INVALID
	repeated = errorsv1.Reason_REASON_FIELD_REPEATED
)

// read reads a request for a service.
func read(text string) (*notificationsv1.DispatchRequest, error) {
	object, err := wirejson.ReadObject(strings.NewReader(text))
	if err != nil {
		return nil, err
	}
	request, _, err := tuidd.ReadService(object)
	return request, err
}

// asking is a request with parameters.
func asking(parameters string) string {
	return `{"provider_id":7,"service_token":"t","service_id":3,"parameters":` + parameters + `}`
}

func TestEverySpelling(t *testing.T) {
	notification := func(member string) string { return asking(`{"notification":{` + member + `}}`) }
	picture := func(text string) string {
		return asking(`{"advertisement":{"Cannel":3,"Picture":"` + text + `"}}`)
	}
	const base = `provider_id:7 service_token:"t" service_id:3 `
	const channels = `notification:{channel:CHANNEL_SMS `
	for name, c := range map[string]struct{ text, want string }{
		"an exact int64":              {`{"provider_id":9007199254740993,"service_token":"t","service_id":3,"parameters":{}}`, `provider_id:9007199254740993 service_token:"t" service_id:3`},
		"the largest int64 as digits": {`{"provider_id":"9223372036854775807","service_token":" t ","service_id":"3","parameters":{}}`, `provider_id:9223372036854775807 service_token:"t" service_id:3`},
		"Tittle":                      {notification(`"Tittle":"x","Cannel":2`), base + channels + `title:"x"}`},
		"TITRE":                       {notification(`"TITRE":"x","Cannel":2`), base + channels + `title:"x"}`},
		"titulo":                      {notification(`"titulo":"x","Cannel":2`), base + channels + `title:"x"}`},
		"Title":                       {notification(`"Title":"x","Cannel":2`), base + channels + `title:"x"}`},
		"message":                     {notification(`"message":"x","Cannel":2`), base + channels + `message:"x"}`},
		"Mensaje":                     {notification(`"Mensaje":"x","Cannel":2`), base + channels + `message:"x"}`},
		"LINK":                        {notification(`"LINK":"x","Cannel":2`), base + channels + `link:"x"}`},
		"canal, a name":               {notification(`"canal":"sms"`), base + channels + `}`},
		"channel, digits":             {notification(`"channel":"2"`), base + channels + `}`},
		"equal channels":              {notification(`"Cannel":2,"canal":"SMS","CHANNEL":"2"`), base + channels + `}`},
		"equal parts":                 {asking(`{"notification":{"titulo":"x","Cannel":2},"Notification":{"Tittle":"x","canal":"SMS"}}`), base + channels + `title:"x"}`},
		"a null and a value":          {notification(`"titulo":null,"title":"x","Cannel":2`), base + channels + `title:"x"}`},
		"FCB":                         {notification(`"Cannel":"FCB"`), base + `notification:{channel:CHANNEL_FCM}`},
		"Email":                       {notification(`"Cannel":"Email"`), base + `notification:{channel:CHANNEL_EMAIL}`},
		"webhook":                     {notification(`"Cannel":"webhook"`), base + `notification:{channel:CHANNEL_WEBHOOK}`},
		"SAT":                         {notification(`"Cannel":1`), base + `notification:{channel:CHANNEL_SAT}`},
		"standard base64":             {picture(`+/+/+w==`), base + `advertisement:{channel:CHANNEL_FCM picture:"\xfb\xff\xbf\xfb"}`},
		"base64 without padding":      {picture(`+/+/+w`), base + `advertisement:{channel:CHANNEL_FCM picture:"\xfb\xff\xbf\xfb"}`},
		"the URL alphabet":            {picture(`-_-_-w`), base + `advertisement:{channel:CHANNEL_FCM picture:"\xfb\xff\xbf\xfb"}`},
		"a data URL":                  {picture(`data:image/png;base64,+/+/+w==`), base + `advertisement:{channel:CHANNEL_FCM picture:"\xfb\xff\xbf\xfb"}`},
		"no picture":                  {picture(``), base + `advertisement:{channel:CHANNEL_FCM}`},
		"a template's name":           {notification(`"template":"cita","values":{"hora":"9:15"},"Cannel":2`), base + channels + `template:{name:"cita" values:{key:"hora" value:"9:15"}}}`},
		"a template's version":        {notification(`"Template":{"Name":"cita","version":"2"},"Cannel":2`), base + channels + `template:{name:"cita" version:2}}`},
		"a code": {
			asking(`{"QR_CODE":{"Kind":"Ticket","title":"x","code":"C","uses":"2","valid_from":"2026-01-02T00:00:00-03:00"}}`),
			base + `qr_code:{kind:"ticket" title:"x" code:"C" uses:2 valid_from:{seconds:1767322800}}`,
		},
		"a payment": {
			asking(`{"MicroPayment":{"amount":9007199254740993,"Currency":"clp","concept":"x","reference":"r"}}`),
			base + `micro_payment:{amount:9007199254740993 currency:"CLP" concept:"x" reference:"r"}`,
		},
		"what is beside parameters": {
			`{"provider_id":7,"service_token":"t","service_id":3,"parameters":{"Destination":"p"},"reference":"r","send_at":"2026-01-02T03:00:00Z","expires_at":"","x":{"y":1}}`,
			base + `destination:"p" reference:"r" send_at:{seconds:1767322800}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := read(c.text)
			if err != nil {
				t.Fatal(err)
			}
			want := &notificationsv1.DispatchRequest{}
			if err := prototext.Unmarshal([]byte(c.want), want); err != nil {
				t.Fatal(err)
			}
			want.LongestMessage = 166 // the document's
			if !proto.Equal(got, want) {
				t.Errorf("got  %v\nwant %v", got, want)
			}
		})
	}
}

func TestRefusedSpellings(t *testing.T) {
	notification := func(member string) string { return asking(`{"notification":{` + member + `}}`) }
	picture := func(value string) string { return asking(`{"advertisement":{"Picture":` + value + `}}`) }
	for name, c := range map[string]struct {
		text   string
		reason errorsv1.Reason
		field  string
	}{
		"two titles":             {notification(`"Tittle":"x","titre":"y"`), repeated, "parameters.notification.titre"},
		"two letter cases":       {notification(`"Tittle":"x","tittle":"y"`), repeated, "parameters.notification.tittle"},
		"two channels":           {notification(`"Cannel":1,"canal":"SMS"`), repeated, "parameters.notification.canal"},
		"two parts":              {asking(`{"qr_code":{"uses":1},"QR_code":{"uses":2}}`), repeated, "parameters.qr_code"},
		"an unknown parameter":   {asking(`{"notificacion":{}}`), invalid, "parameters.notificacion"},
		"an unknown member":      {notification(`"Mesage":"x"`), invalid, "parameters.notification.Mesage"},
		"an unknown null":        {notification(`"Mesage":null`), invalid, "parameters.notification.Mesage"},
		"deep":                   {notification(`"template":{"nome":"x"}`), invalid, "parameters.notification.template.nome"},
		"a number in a template": {notification(`"template":1`), invalid, "parameters.notification.template"},
		"a number as a value":    {notification(`"template":"t","Values":{"a":1},"Cannel":2`), invalid, "parameters.notification.Values"},
		"channel 6":              {notification(`"Cannel":6`), invalid, "parameters.notification.Cannel"},
		"channel 0":              {notification(`"Cannel":0`), invalid, "parameters.notification.Cannel"},
		"channel 1e0":            {notification(`"Cannel":1e0`), invalid, "parameters.notification.Cannel"},
		"channel true":           {notification(`"Cannel":true`), invalid, "parameters.notification.Cannel"},
		"no channel":             {asking(`{"Notification":{}}`), missing, "parameters.Notification.Cannel"},
		"a fraction":             {asking(`{"qr_code":{"kind":"ticket","Uses":1.5}}`), invalid, "parameters.qr_code.Uses"},
		"no uses":                {asking(`{"qr_code":{"kind":"ticket","uses":0}}`), invalid, "parameters.qr_code.uses"},
		"an exponent":            {`{"provider_id":1e3}`, invalid, "provider_id"},
		"an empty number":        {`{"provider_id":""}`, invalid, "provider_id"},
		"beyond int64":           {`{"provider_id":"9223372036854775808"}`, invalid, "provider_id"},
		"beyond int32":           {`{"service_id":2147483648}`, invalid, "service_id"},
		"two alphabets":          {picture(`"+_+_"`), invalid, "parameters.advertisement.Picture"},
		"bits to spare":          {picture(`"AB=="`), invalid, "parameters.advertisement.Picture"},
		"much padding":           {picture(`"AAAA==="`), invalid, "parameters.advertisement.Picture"},
		"a data URL of text":     {picture(`"data:image/png,AAAA"`), invalid, "parameters.advertisement.Picture"},
		"a picture of numbers":   {picture(`[1]`), invalid, "parameters.advertisement.Picture"},
		"no object":              {asking(`[]`), invalid, "parameters"},
		"a wrong time":           {`{"provider_id":7,"service_token":"t","service_id":3,"parameters":{},"send_at":"2026-01-02"}`, invalid, "send_at"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := read(c.text)
			if rpcerr.Reason(err) != c.reason || len(rpcerr.Fields(err)) == 0 || rpcerr.Fields(err)[0].Field != c.field {
				t.Errorf("got %v, %v, want %v about %s", got, err, c.reason, c.field)
			}
		})
	}
}
