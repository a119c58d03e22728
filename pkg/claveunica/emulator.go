package claveunica

import (
	"crypto/rand"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ventanilla/ventanilla/pkg/nationalid"
)

// The paths of the endpoints, which are served with a slash at the end too.
const (
	AuthorizePath = "/openid/authorize"
	TokenPath     = "/openid/token"
	UserinfoPath  = "/openid/userinfo"
)

const (
	// tokenLife is an access token's.
	tokenLife = time.Hour
	// codeLife is that of an authorization code.
	codeLife = time.Minute
	// maxHeld bounds the codes, and the tokens, that are held at a time.
	maxHeld = 10_000
)

// Options are what an emulator starts with.
type Options struct {
	// Persons can log in; TestPersons when nil.
	Persons []Person
	// Now is the clock; time.Now when nil.
	Now func() time.Time
}

// Emulator is a ClaveÚnica of its own. It is safe for concurrent use.
type Emulator struct {
	persons map[string]Person
	order   []string // of their RUTs
	now     func() time.Time
	mux     *http.ServeMux
	fault   atomic.Int32

	mu     sync.Mutex
	codes  map[string]grant
	tokens map[string]session
}

// grant is what a code stands for.
type grant struct {
	rut, clientID, redirectURI, nonce string
	expires                           time.Time
}

// session is what an access token stands for.
type session struct {
	rut     string
	expires time.Time // zero when it lives as long as the process
}

// New makes an emulator. It fails for persons whose RUTs are not valid.
func New(opts Options) (*Emulator, error) {
	if opts.Persons == nil {
		opts.Persons = TestPersons()
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	persons, order, err := register(opts.Persons)
	if err != nil {
		return nil, err
	}
	e := &Emulator{
		persons: persons, order: order, now: opts.Now, mux: http.NewServeMux(),
		codes: map[string]grant{}, tokens: map[string]session{},
	}
	for _, slash := range []string{"", "/{$}"} {
		e.mux.HandleFunc("GET "+AuthorizePath+slash, e.ask)
		e.mux.HandleFunc("POST "+AuthorizePath+slash, e.authorize)
		e.mux.HandleFunc("POST "+TokenPath+slash, e.token)
		e.mux.HandleFunc("POST "+UserinfoPath+slash, e.userinfo)
	}
	return e, nil
}

// ServeHTTP answers at the three endpoints.
func (e *Emulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	w.Header().Set("Cache-Control", "no-store")
	e.mux.ServeHTTP(w, r)
}

// Issue returns an access token of a person that lives as long as the process.
func (e *Emulator) Issue(rut string) (string, error) {
	rut, err := nationalid.Parse(nationalid.RUT, rut)
	if err != nil {
		return "", err
	}
	if _, ok := e.persons[rut]; !ok {
		return "", errNobody
	}
	token, ok := hold(e, e.tokens, session{rut: rut})
	if !ok {
		return "", errFull
	}
	return token, nil
}

// Revoke ends an access token: nobody knows it from now on.
func (e *Emulator) Revoke(token string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.tokens, token)
}

// held has an end; zero for none.
type held interface{ end() time.Time }

func (g grant) end() time.Time   { return g.expires }
func (s session) end() time.Time { return s.expires }

func (e *Emulator) over(h held) bool { return !h.end().IsZero() && !e.now().Before(h.end()) }

// hold keeps a value under a random name, unless there are too many that are not over.
func hold[V held](e *Emulator, all map[string]V, v V) (name string, ok bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(all) >= maxHeld {
		for name, other := range all {
			if e.over(other) {
				delete(all, name)
			}
		}
	}
	if len(all) >= maxHeld {
		return "", false
	}
	name = rand.Text()
	all[name] = v
	return name, true
}

// redeem takes a code away, which is good once.
func (e *Emulator) redeem(code string) (grant, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	g, ok := e.codes[code]
	delete(e.codes, code)
	return g, ok && !e.over(g)
}

// person is whose an access token is.
func (e *Emulator) person(token string) (Person, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	s, ok := e.tokens[token]
	return e.persons[s.rut], ok && !e.over(s)
}
