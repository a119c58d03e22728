package colppy

import (
	"context"
	"encoding/json"
	"net/http"
	"time"
	_ "time/tzdata" // where there are no files of zones, Argentina's is known too

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/ventanilla/ventanilla/gateway/edge"
	"github.com/ventanilla/ventanilla/gateway/wirejson"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

const (
	// version is that of the document's example.
	version = "1_0_0_0"
	// mensajeExito and messageSuccess are the document's.
	mensajeExito   = "La operación se realizó correctamente"
	messageSuccess = "La operacion se realizo con exito."
	// timeLayout is that of the live system, documentedLayout that of the document's example.
	timeLayout       = "2006-01-02 15:04:05"
	documentedLayout = "2006-02-01 15:04:05"
)

// The fields that the family reads and sets in every operation's messages.
const (
	sessionField = "sesion"
	successField = "success"
	messageField = "message"
)

// argentina is the zone of all times.
var argentina = mustLoad("America/Argentina/Buenos_Aires")

func mustLoad(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		panic(err) // it is in tzdata
	}
	return zone
}

// body is the envelope of an answer.
type body struct {
	Service service `json:"service"`
	Result  result  `json:"result"`
	// Response is what the operation answered, or refused; nil for neither.
	Response any `json:"response"`
}

type service struct {
	Provision    string `json:"provision"`
	Operacion    string `json:"operacion"`
	Version      string `json:"version"`
	ResponseDate string `json:"response_date"`
}

type result struct {
	Estado  Estado `json:"estado"`
	Mensaje string `json:"mensaje"`
}

// refused is the response of an operation that refuses.
type refused struct {
	Success bool      `json:"success"`
	Message string    `json:"message"`
	Data    *struct{} `json:"data"`
}

type askedKey struct{}

// handler serves the endpoint.
type handler struct {
	operations *operations
	callers    callers
	clock      func() time.Time
	layout     string
	json       wirejson.JSON
}

// ServeHTTP carries out the operation that the body names, whatever the body's media type and the method.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	asked := new(name)
	r = r.WithContext(context.WithValue(r.Context(), askedKey{}, asked))
	response, err := h.carryOut(r, asked)
	if err != nil {
		edge.Fail(r, err)
		return
	}
	h.respond(w, r, http.StatusOK, body{Result: result{EstadoExito, mensajeExito}, Response: response})
}

// respond writes an envelope. What was asked for is echoed, as far as it was read.
func (h *handler) respond(w http.ResponseWriter, r *http.Request, status int, out body) {
	asked, _ := r.Context().Value(askedKey{}).(*name)
	if asked == nil {
		asked = new(name)
	}
	out.Service = service{asked.provision, asked.operacion, version, h.clock().In(argentina).Format(h.layout)}
	w.Header().Set("Cache-Control", "no-store")
	wirejson.Respond(w, status, wirejson.MediaType, out)
}

// carryOut checks form, then who calls, then what for, in this order.
func (h *handler) carryOut(r *http.Request, asked *name) (json.RawMessage, error) {
	in, err := readRequest(r.Body)
	if err != nil {
		return nil, err
	}
	*asked = in.name
	developer, err := h.callers.developer(r, in.auth)
	if err != nil {
		return nil, err
	}
	op, err := h.operations.find(in.name)
	if err != nil {
		return nil, h.callers.refuse(r.Context(), developer, err)
	}
	of, err := newCaller(developer, op, in.parameters)
	if err != nil {
		return nil, h.callers.refuse(r.Context(), developer, err)
	}
	var out any
	err = h.callers.call(r.Context(), of, in.parameters, func(ctx context.Context) (err error) {
		out, err = op.serve(ctx, func(v any) error { return in.decode(v) })
		return err
	})
	if err != nil {
		return nil, err
	}
	return h.succeeded(out)
}

// succeeded writes what an operation answered, saying that it did.
func (h *handler) succeeded(out any) (json.RawMessage, error) {
	message, ok := out.(proto.Message)
	if !ok {
		return nil, rpcerr.New(errorsv1.Reason_REASON_INTERNAL, "an operation answered nothing")
	}
	fields := message.ProtoReflect().Descriptor().Fields()
	message.ProtoReflect().Set(fields.ByName(successField), protoreflect.ValueOfBool(true))
	message.ProtoReflect().Set(fields.ByName(messageField), protoreflect.ValueOfString(messageSuccess))
	text, err := h.json.Marshal(message)
	if err != nil {
		return nil, rpcerr.Wrap(errorsv1.Reason_REASON_INTERNAL, err, "writing the answer")
	}
	return text, nil
}
