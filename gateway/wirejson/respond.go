package wirejson

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"

	"google.golang.org/protobuf/proto"
)

// Respond answers with a value that is not a message, such as an error in a
// partner's shape: members in the order of the struct, no HTML escaping, no
// final newline.
func Respond(w http.ResponseWriter, status int, mediaType string, value any) {
	var body bytes.Buffer
	e := json.NewEncoder(&body)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		panic(err) // values are structs of strings and numbers
	}
	respond(w, status, mediaType, bytes.TrimSuffix(body.Bytes(), []byte("\n")))
}

// RespondMessage answers with a message as j writes it. It fails, with nothing written, where Marshal does.
func RespondMessage(w http.ResponseWriter, status int, j *JSON, m proto.Message) error {
	text, err := j.Marshal(m)
	if err != nil {
		return err
	}
	respond(w, status, j.ContentType(m), text)
	return nil
}

func respond(w http.ResponseWriter, status int, mediaType string, text []byte) {
	w.Header()["Content-Type"] = []string{mediaType}
	w.Header()["Content-Length"] = []string{strconv.Itoa(len(text))}
	w.WriteHeader(status)
	_, _ = w.Write(text) // a client that went away needs no answer
}
