// Package fcmfake is a Firebase Cloud Messaging for tests: it gives access tokens for assertions that a service account signed, and takes
// messages from their bearers, by the real protocol. It answers as it is told to.
package fcmfake

import (
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// Project is the one whose apps the server reaches.
const Project = "ventanilla-test"

// maxBody bounds a request, in bytes.
const maxBody = 64 << 10

// Answer is what the server says in place of taking a message or giving a token.
type Answer struct {
	// Status is that of HTTP.
	Status int
	// Code is FCM's own; empty for an error without one.
	Code string
	// RetryAfter is the header of that name; empty for none.
	RetryAfter string
	// Body is the whole body, in place of the one that Status and Code make.
	Body string
}

// Server is a fake of FCM and of the place where access tokens come from.
type Server struct {
	http *httptest.Server
	// Endpoint is the address of FCM, TokenURL that of access tokens, CredentialsFile the key file of a service account that may send.
	Endpoint, TokenURL, CredentialsFile string

	mu       sync.Mutex
	life     time.Duration
	tokens   map[string]time.Time // by access token: its end
	asked    int
	messages []Message
	answers  map[string][]Answer // by device
	refusals []Answer            // of access tokens
	held     chan struct{}       // closed when nothing is held; nil for that too
}

// New starts a server for a test, and ends it with the test.
func New(t testing.TB) *Server {
	t.Helper()
	s, err := Start(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// Start starts a server, which leaves its key file in folder. Whoever starts it closes it.
func Start(folder string) (*Server, error) {
	s := &Server{life: time.Hour, tokens: make(map[string]time.Time), answers: make(map[string][]Answer)}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /token", s.token)
	mux.HandleFunc("POST /v1/projects/{project}/{send}", s.send)
	s.http = httptest.NewServer(http.MaxBytesHandler(mux, maxBody))
	s.Endpoint, s.TokenURL = s.http.URL, s.http.URL+"/token"
	s.CredentialsFile = filepath.Join(folder, "service-account.json")
	file, err := json.Marshal(map[string]string{
		"type": "service_account", "project_id": Project, "private_key_id": keyID, "private_key": privateKey(),
		"client_email": email, "token_uri": s.TokenURL,
	})
	if err == nil {
		err = os.WriteFile(s.CredentialsFile, file, 0o600)
	}
	if err != nil {
		s.http.Close()
		return nil, err
	}
	return s, nil
}

// Close ends the server, and what it holds.
func (s *Server) Close() {
	s.Release()
	s.http.Close()
}

// Addr is where it listens.
func (s *Server) Addr() net.Addr { return s.http.Listener.Addr() }

// Answer has the next messages to a device answered so, each once, before others to it are taken again.
func (s *Server) Answer(device string, answers ...Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers[device] = append(s.answers[device], answers...)
}

// RefuseTokens has the next assertions answered so, each once.
func (s *Server) RefuseTokens(answers ...Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refusals = append(s.refusals, answers...)
}

// TokenLife is that of access tokens from now on, an hour before.
func (s *Server) TokenLife(life time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.life = life
}

// Revoke ends all access tokens.
func (s *Server) Revoke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.tokens)
}

// Hold keeps every call without an answer until Release or until the caller goes.
func (s *Server) Hold() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = make(chan struct{})
}

// Release ends what Hold began.
func (s *Server) Release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held != nil {
		close(s.held)
		s.held = nil
	}
}

// wait waits while calls are held.
func (s *Server) wait(r *http.Request) {
	s.mu.Lock()
	held := s.held
	s.mu.Unlock()
	if held != nil {
		select {
		case <-held:
		case <-r.Context().Done():
		}
	}
}

// Asked is how many assertions there were.
func (s *Server) Asked() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

// Messages are those that were taken, in their order.
func (s *Server) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Message(nil), s.messages...)
}

// Taken counts them.
func (s *Server) Taken() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.messages)
}

// say writes an answer that is an error.
func say(w http.ResponseWriter, a Answer) {
	if a.RetryAfter != "" {
		w.Header().Set("Retry-After", a.RetryAfter)
	}
	body := []byte(a.Body)
	if a.Body == "" {
		w.Header().Set("Content-Type", "application/json; charset=UTF-8")
		details := []any{}
		if a.Code != "" {
			details = append(details, map[string]string{"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": a.Code})
		}
		body, _ = json.Marshal(map[string]any{"error": map[string]any{
			"code": a.Status, "message": "As the test asked.", "status": strings.ToUpper(strings.ReplaceAll(http.StatusText(a.Status), " ", "_")), "details": details,
		}})
	}
	w.WriteHeader(a.Status)
	_, _ = w.Write(body)
}
