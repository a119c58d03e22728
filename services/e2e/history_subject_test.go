package e2e

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/ventanilla/ventanilla/pkg/authn"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	"github.com/ventanilla/ventanilla/services/e2e/history"
)

// callTime bounds a call of a history.
const callTime = 8 * time.Second

// subject is the client of one history, with what its callers were told of it.
type subject struct {
	*sites
	*history.Recorder
	t     *testing.T
	began time.Time // Zero on the recorder's clock.
	id    string
	// alone says that operators leave it as it is, so that gateways keep what they know of its credentials.
	alone bool
	// operating is held through changes of the registration.
	operating sync.Mutex

	mu       sync.Mutex
	secrets  []string
	tokens   []string
	disabled bool
	open     int // Changes that were not answered.
}

// tokenAlgorithms are those of the clients' tokens, one after the other.
var tokenAlgorithms = []authv1.SignatureAlgorithm{
	authv1.SignatureAlgorithm_SIGNATURE_ALGORITHM_RS256, authv1.SignatureAlgorithm_SIGNATURE_ALGORITHM_ES256,
}

// newSubject registers a client that may ask for tokens, introspect and revoke its own ones.
func (s *sites) newSubject(ctx context.Context, t *testing.T, number int, began time.Time) (*subject, error) {
	request := &authv1.CreateClientRequest{Client: &authv1.Client{
		Name: fmt.Sprintf("History %d", number), Family: "tuidd", Kind: authv1.ClientKind_CLIENT_KIND_RESOURCE_SERVER,
		TokenAlgorithm: tokenAlgorithms[number%len(tokenAlgorithms)],
	}}
	for ctx.Err() == nil {
		for _, one := range s.pair {
			bounded, cancel := context.WithTimeout(ctx, callTime)
			made, err := one.clients.CreateClient(bounded, request)
			cancel()
			if err == nil {
				return &subject{
					alone: number%3 == 0, sites: s, began: began, Recorder: history.NewRecorder(func() time.Duration { return time.Since(began) }), t: t,
					id: made.GetClient().GetClientId(), secrets: []string{made.GetClientSecret()},
				}, nil
			}
		}
		breathe(ctx)
	}
	return nil, ctx.Err()
}

// ask makes the call of a question at its site and returns what came of it.
func (s *subject) ask(ctx context.Context, worker int, q history.Question) history.Answer {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	if q.Kind.Registers() {
		s.operating.Lock()
		defer s.operating.Unlock()
	}
	a := s.Record(worker, q, func() history.Answer {
		switch q.Kind {
		case history.Issue, history.Introspect, history.Revoke:
			return s.call(ctx, q)
		}
		return s.operate(ctx, q)
	})
	if a.Outcome == history.Open && (q.Kind.Registers() || q.Kind == history.Revoke) {
		s.mu.Lock()
		s.open++
		s.mu.Unlock()
	}
	return a
}

// call is one of a client or a resource server.
func (s *subject) call(ctx context.Context, q history.Question) history.Answer {
	answer, err := s.pair[q.Replica].gateway.try(ctx, s.request(q))
	if answer.status == http.StatusServiceUnavailable {
		s.unavailable.Add(1)
	}
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return history.Answer{}
	case err != nil || answer.status == http.StatusServiceUnavailable:
		return history.Answer{Outcome: history.Open}
	case answer.status == http.StatusUnauthorized:
		return history.Answer{Outcome: history.Refused}
	}
	a := history.Answer{Outcome: history.Done}
	if answer.status == http.StatusOK {
		switch q.Kind {
		case history.Issue:
			a, err = s.issued(answer)
		case history.Introspect:
			if a.Active = strings.HasPrefix(answer.body, activeStart); !a.Active && answer.body != inactive {
				err = errors.New("neither active nor inactive")
			}
		}
	}
	if answer.status != http.StatusOK || err != nil {
		s.t.Errorf("%v: status %d, %s, %v", q, answer.status, answer.body, err)
		return history.Answer{Outcome: history.Open}
	}
	return a
}

// request is a question on the wire.
func (s *subject) request(q history.Question) call {
	s.mu.Lock()
	defer s.mu.Unlock()
	own := credentials{id: s.id}
	if q.Caller == history.BySecret {
		own.secret = s.secrets[q.Credential]
	}
	switch q.Kind {
	case history.Issue:
		return issuing(own)
	case history.Revoke:
		return revoking(s.tokens[q.Token], own)
	}
	switch c := introspecting(s.tokens[q.Token], own); q.Caller {
	case history.Trusted:
		return introspecting(s.tokens[q.Token], s.auditor)
	case history.ByToken:
		c.basic, c.bearer = nil, s.tokens[q.Credential]
		return c
	default:
		return c
	}
}

// issued numbers a new token and reads its epoch: the first 16 hexadecimal digits of its identifier.
func (s *subject) issued(a answer) (history.Answer, error) {
	token, err := a.accessToken()
	if err != nil {
		return history.Answer{}, err
	}
	var claims struct {
		ID string `json:"jti"`
	}
	parts := strings.Split(token, ".")
	text, err := base64.RawURLEncoding.DecodeString(parts[min(1, len(parts)-1)])
	if err == nil {
		err = json.Unmarshal(text, &claims)
	}
	if err != nil || len(claims.ID) < 16 {
		return history.Answer{}, fmt.Errorf("a token without identifier: %w", err)
	}
	epoch, err := strconv.ParseInt(claims.ID[:16], 16, 64)
	if err != nil {
		return history.Answer{}, fmt.Errorf("reading a token's epoch: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens = append(s.tokens, token)
	return history.Answer{Outcome: history.Done, Token: len(s.tokens) - 1, Epoch: epoch, Key: authn.SignedWith(token)}, nil
}

// operate is a call of an operator.
func (s *subject) operate(ctx context.Context, q history.Question) history.Answer {
	one := s.pair[q.Replica]
	if !one.reached() {
		return history.Answer{}
	}
	client, secret, err := s.change(ctx, one.clients, q)
	switch {
	case status.Code(err) == codes.NotFound:
		return history.Answer{Outcome: history.Gone}
	case err != nil:
		unanswered(s.t, q, err)
		return history.Answer{Outcome: history.Open}
	}
	a := history.Answer{Outcome: history.Done, Epoch: client.GetEpoch(), Disabled: client.GetDisabled()}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.disabled = client.GetDisabled()
	if q.Kind == history.Rotate {
		s.secrets = append(s.secrets, secret)
		a.Secret = len(s.secrets) - 1
		if until := client.GetPreviousSecretExpiresAt(); until != nil {
			a.Until = until.AsTime().Sub(s.began)
		}
	}
	return a
}

// unanswered fails when an operator's call came to another end than a fault explains.
func unanswered(t *testing.T, what any, err error) {
	t.Helper()
	switch status.Code(err) {
	case codes.Unavailable, codes.DeadlineExceeded, codes.Canceled:
	default:
		t.Errorf("%v: %v", what, err)
	}
}

func (s *subject) change(ctx context.Context, c authv1.ClientServiceClient, q history.Question) (*authv1.Client, string, error) {
	switch q.Kind {
	case history.Disable:
		a, err := c.DisableClient(ctx, &authv1.DisableClientRequest{ClientId: s.id})
		return a.GetClient(), "", err
	case history.Enable:
		a, err := c.EnableClient(ctx, &authv1.EnableClientRequest{ClientId: s.id})
		return a.GetClient(), "", err
	case history.Rotate:
		a, err := c.RotateSecret(ctx, &authv1.RotateSecretRequest{ClientId: s.id, Overlap: durationpb.New(q.Overlap)})
		return a.GetClient(), a.GetClientSecret(), err
	case history.Delete:
		_, err := c.DeleteClient(ctx, &authv1.DeleteClientRequest{ClientId: s.id})
		return nil, "", err
	}
	a, err := c.GetClient(ctx, &authv1.GetClientRequest{ClientId: s.id})
	return a.GetClient(), "", err
}
