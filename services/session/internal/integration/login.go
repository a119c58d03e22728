package integration

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"

	"github.com/ventanilla/ventanilla/pkg/egress"
)

const (
	authorizationHeader = "Authorization"
	jsonType            = "application/json"
	// maxUniqueKey bounds a unique key, and maxSecurity a security header, in bytes.
	maxUniqueKey = 254
	maxSecurity  = 4096
)

// Told is what an integration told of a beneficiary. Its JSON is what is to be sealed.
type Told struct {
	// UniqueKey is the person's; what the beneficiary logged in with where no attribute has it.
	UniqueKey string `json:"-"`
	// Attributes is a JSON object, with its numbers as they were written.
	Attributes json.RawMessage `json:"attributes"`
	// Headers are the security headers of the login, which later calls carry.
	Headers map[string]string `json:"headers,omitempty"`
}

// Text is what is to be sealed of it.
func (t Told) Text() ([]byte, error) { return plainJSON(t) }

// Step is a step that was done.
type Step struct {
	Name   string
	Status int // 0 for no answer
	Took   time.Duration
	// Failure is why it failed; empty when it did not. Rejected are the attributes that the answer is rejected for.
	Failure  string
	Rejected []string
}

// run is one use of an integration.
type run struct {
	*Client
	in    Integration
	line  *line
	steps []Step
}

// LogIn logs a beneficiary in. It fails with a *Fault, or with the end of the context.
func (c *Client) LogIn(ctx context.Context, in Integration, login, password string) (Told, error) {
	r := &run{Client: c, in: in, line: c.line(in)}
	return r.logIn(ctx, login, password)
}

// Try is LogIn with nothing remembered before or after it, to tell of its steps, and of the names of the attributes.
func (c *Client) Try(ctx context.Context, in Integration, login, password string) (steps []Step, attributes []string) {
	r := &run{Client: c, in: in, line: c.newLine(in.Key)}
	told, _ := r.logIn(ctx, login, password) // the steps tell of its fault
	var object map[string]json.RawMessage
	if json.Unmarshal(told.Attributes, &object) == nil {
		attributes = slices.Sorted(maps.Keys(object))
	}
	return r.steps, attributes
}

// Refresh asks about a beneficiary, with the security headers that the last login told. It fails as LogIn does, also where the answer is of another unique key.
func (c *Client) Refresh(ctx context.Context, in Integration, uniqueKey string, headers map[string]string) (Told, error) {
	r := &run{Client: c, in: in, line: c.line(in)}
	got, err := r.ask(ctx, stepRefresh, *in.Refresh, Words{UniqueKey: uniqueKey}, headers)
	if err != nil {
		return Told{}, err
	}
	told, err := r.told(got, in.Refresh.Attributes, uniqueKey)
	if err != nil {
		return Told{}, err
	}
	if told.UniqueKey != uniqueKey {
		return Told{}, r.reject(stepAttributes, got.status, "the answer is of another unique key", in.UniqueKeyAttribute)
	}
	told.Headers = headers
	return told, nil
}

func (r *run) logIn(ctx context.Context, login, password string) (Told, error) {
	got, err := r.ask(ctx, stepLogin, r.in.Login, Words{Login: login, Password: password}, nil)
	if err != nil {
		return Told{}, err
	}
	told, err := r.told(got, r.in.Login.Attributes, login)
	if err != nil {
		return told, err
	}
	for _, name := range r.in.SecurityHeaders {
		value := got.header.Get(name)
		if len(value) > maxSecurity || !httpguts.ValidHeaderFieldValue(value) {
			return told, r.reject(stepAttributes, got.status, "a security header is none that later calls can carry")
		}
		if value != "" {
			if told.Headers == nil {
				told.Headers = make(map[string]string)
			}
			told.Headers[name] = value
		}
	}
	return told, nil
}

// ask calls an endpoint, once more with a new token if one that was there before is not taken.
func (r *run) ask(ctx context.Context, step string, to Endpoint, words Words, security map[string]string) (answer, error) {
	token, shared, err := r.token(ctx, "")
	if err != nil {
		return answer{}, err
	}
	got, err := r.askWith(ctx, step, to, words, token, security)
	if fault, ok := errors.AsType[*Fault](err); !ok || fault.Status != http.StatusUnauthorized || !shared {
		return got, err
	}
	if token, _, err = r.token(ctx, token); err != nil {
		return answer{}, err
	}
	return r.askWith(ctx, step, to, words, token, security)
}

func (r *run) askWith(ctx context.Context, step string, to Endpoint, words Words, token string, security map[string]string) (answer, error) {
	parameters := words.fill(to.Parameters)
	method, body := http.MethodPost, []byte(nil)
	if to.Get {
		method = http.MethodGet
	} else {
		var err error
		if body, err = asObject(parameters); err != nil {
			return answer{}, err
		}
	}
	request, err := egress.NewRequest(ctx, method, to.URL, body)
	if err != nil {
		return answer{}, unanswered(step, err)
	}
	if to.Get {
		request.URL.RawQuery = strings.Trim(request.URL.RawQuery+"&"+asForm(parameters), "&")
	} else {
		request.Header.Set("Content-Type", jsonType)
	}
	request.Header.Set("Accept", jsonType)
	carry(request, r.in.StaticHeaders)
	if token != "" {
		header, _ := r.in.Authorization.carried()
		request.Header.Set(header, token)
	}
	for name, value := range security {
		request.Header.Set(name, value)
	}
	return r.call(ctx, step, request)
}

// carry has a request carry headers.
func carry(request *http.Request, headers []NamedValue) {
	for _, h := range headers {
		request.Header.Set(h.Name, h.Value)
	}
}

// told reads the attributes of an answer. otherwise is the unique key where no attribute has it.
func (r *run) told(got answer, at, otherwise string) (Told, error) {
	pointer, err := ParsePointer(at)
	if err != nil {
		return Told{}, err
	}
	found, _ := pointer.find(got.object)
	var members map[string]json.RawMessage
	if json.Unmarshal(found, &members) != nil || members == nil {
		return Told{}, r.reject(stepAttributes, got.status, "there is no JSON object where the answer should have the attributes")
	}
	var text bytes.Buffer
	if err := json.Compact(&text, found); err != nil {
		return Told{}, err
	}
	told := Told{UniqueKey: otherwise, Attributes: text.Bytes()}
	names := lacking(r.in.Attributes, members)
	if name := r.in.UniqueKeyAttribute; name != "" {
		key, ok := textAt(members[name], "")
		if (!ok || len(key) > maxUniqueKey) && !slices.Contains(names, name) {
			names = append(names, name)
		}
		told.UniqueKey = key
	}
	if len(names) > 0 {
		return told, r.reject(stepAttributes, got.status, "attributes are missing, blank or none that can be used", names...)
	}
	r.steps = append(r.steps, Step{Name: stepAttributes, Status: got.status})
	return told, nil
}

// reject is the fault of an answer that cannot be used, at the step that was done last or the next one.
func (r *run) reject(step string, status int, why string, attributes ...string) *Fault {
	if last := len(r.steps) - 1; last < 0 || r.steps[last].Name != step {
		r.steps = append(r.steps, Step{Name: step, Status: status})
	}
	last := &r.steps[len(r.steps)-1]
	last.Failure, last.Rejected = why, attributes
	return &Fault{Kind: Rejected, Step: step, Status: status, Why: why, Attributes: attributes}
}

// textAt is a string that is not blank, at a place in JSON.
func textAt(in json.RawMessage, at string) (text string, ok bool) {
	pointer, err := ParsePointer(at)
	if err != nil {
		return "", false
	}
	found, _ := pointer.find(in)
	err = json.Unmarshal(found, &text)
	return text, err == nil && strings.TrimSpace(text) != ""
}
