package auth_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/auditlog"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

func (r *replica) log() authv1.LogServiceClient {
	return authv1.NewLogServiceClient(r.as("gateway"))
}

// entries are those of the admin log, newest first, asked for page by page.
func (r *replica) entries(req *authv1.ListLogEntriesRequest) []*authv1.LogEntry {
	r.t.Helper()
	var all []*authv1.LogEntry
	for pages := 0; pages == 0 || req.PageToken != ""; pages++ {
		page, err := authv1.NewLogServiceClient(r.as("bootstrap")).ListLogEntries(r.t.Context(), req)
		check(r.t, err)
		all = append(all, page.GetEntries()...)
		req.PageToken = page.GetNextPageToken()
	}
	return all
}

// sealed waits until every entry is sealed, and returns the checkpoint.
func (r *replica) sealed() (auditlog.Checkpoint, *authv1.GetCheckpointResponse) {
	r.t.Helper()
	log := authv1.NewLogServiceClient(r.as("bootstrap"))
	testkit.Eventually(r.t, 30*time.Second, func() error {
		page, err := log.ListLogEntries(r.t.Context(), &authv1.ListLogEntriesRequest{})
		if err == nil && slices.ContainsFunc(page.GetEntries(), func(e *authv1.LogEntry) bool { return e.GetLeaf() < 0 }) {
			err = fmt.Errorf("not all is sealed")
		}
		return err
	})
	answer, err := log.GetCheckpoint(r.t.Context(), &authv1.GetCheckpointRequest{})
	check(r.t, err)
	key, err := auditlog.ParseKey(answer.GetVerifierKey())
	check(r.t, err)
	checkpoint, err := auditlog.OpenCheckpoint([]byte(answer.GetCheckpoint()), key)
	check(r.t, err)
	return checkpoint, answer
}

func TestEntriesComeInPagesNewestFirst(t *testing.T) {
	r := newPlatform(t).replica(false)
	for i := range 3 {
		r.operator(fmt.Sprintf("op%d", i), authv1.OperatorRole_OPERATOR_ROLE_VIEWER)
	}
	var got []string
	for _, entry := range r.entries(&authv1.ListLogEntriesRequest{PageSize: 4, Actor: "peer:bootstrap"}) {
		got = append(got, entry.GetAct()+" "+entry.GetTarget())
	}
	want := "IssueCredential op2, CreateOperator op2, IssueCredential op1, CreateOperator op1, IssueCredential op0, CreateOperator op0"
	if strings.Join(got, ", ") != want {
		t.Errorf("got %v", got)
	}
	for _, c := range []struct {
		req  *authv1.ListLogEntriesRequest
		want int
	}{
		{&authv1.ListLogEntriesRequest{Act: "CreateOperator"}, 3},
		{&authv1.ListLogEntriesRequest{Target: "op1"}, 2},
		{&authv1.ListLogEntriesRequest{Target: "op1", Act: "CreateOperator"}, 1},
		{&authv1.ListLogEntriesRequest{Actor: "nobody"}, 0},
	} {
		if entries := r.entries(c.req); len(entries) != c.want {
			t.Errorf("%v: %d entries, want %d", c.req, len(entries), c.want)
		}
	}
	_, err := r.log().ListLogEntries(r.security(), &authv1.ListLogEntriesRequest{PageToken: "none"})
	wantReason(t, err, errorsv1.Reason_REASON_FIELD_INVALID)
}

func TestTokensAreInTheLog(t *testing.T) {
	r := newPlatform(t).replica(false)
	client := r.register(partner("a", "b<&"))
	token := r.issue(client)
	id := r.introspect(r.by(client), token).GetTokenId()
	check(t, r.revoke(r.by(client), token))
	entries := r.entries(&authv1.ListLogEntriesRequest{Target: id})
	if len(entries) != 2 {
		t.Fatalf("entries %v", entries)
	}
	revoked, issued := entries[0], entries[1]
	for _, e := range entries {
		if e.GetActor() != "client:"+client.id || !e.GetAt().AsTime().Equal(start) || strings.Contains(e.GetText(), token) {
			t.Errorf("recorded %v", e)
		}
	}
	if revoked.GetAct() != "Revoke" {
		t.Errorf("recorded %v", revoked)
	}
	var text struct {
		Detail struct {
			Scopes  []string  `json:"scopes"`
			Alg     string    `json:"alg"`
			Expires time.Time `json:"expires_at"`
		} `json:"detail"`
	}
	check(t, json.Unmarshal([]byte(issued.GetText()), &text))
	if d := text.Detail; issued.GetAct() != "IssueToken" || !slices.Equal(d.Scopes, []string{"a", "b<&"}) || d.Alg != "RS256" ||
		!d.Expires.Equal(start.Truncate(time.Second).Add(time.Hour)) {
		t.Errorf("recorded %v", issued)
	}
}

// Guessing is counted, and entered when the replica ends at the latest.
func TestRefusalsAreCountedInTheLog(t *testing.T) {
	p := newPlatform(t)
	r := p.replica(false)
	client, disabled := r.register(partner()), r.register(partner())
	r.disable(disabled)
	certificate := r.operator("ana", authv1.OperatorRole_OPERATOR_ROLE_VIEWER)
	_, err := authv1.NewOperatorServiceClient(r.as("gateway")).DisableOperator(r.security(), &authv1.DisableOperatorRequest{Name: "ana"})
	check(t, err)
	for range 3 {
		for _, req := range []*authv1.IssueTokenRequest{
			issueRequest(registered{"nobody-" + client.id, client.secret}),
			issueRequest(registered{client.id, "wrong"}),
			issueRequest(disabled),
			{ClientId: client.id, ClientSecret: client.secret, Families: []string{"tuidd"}},
		} {
			_, err := r.tokens().IssueToken(t.Context(), req)
			wantReason(t, err, errorsv1.Reason_REASON_CREDENTIAL_INVALID)
		}
		for _, req := range []*authv1.ExchangeRequest{
			bySecret(registered{client.id, "wrong"}), byToken("none"), byCertificate(certificate), byCertificate([]byte("none")),
		} {
			_, err := r.exchange(req)
			wantReason(t, err, errorsv1.Reason_REASON_CREDENTIAL_INVALID)
		}
	}
	r.stop()
	got := map[string]bool{}
	for _, e := range p.replica(false).entries(&authv1.ListLogEntriesRequest{Act: "Refusal"}) {
		_, detail, _ := strings.Cut(e.GetText(), `"detail":`)
		got[e.GetActor()+" "+e.GetTarget()+" "+detail] = true
	}
	for target, detail := range map[string]string{
		"unknown client":   `{"reason":"unknown client","count":3}`,
		client.id:          `{"reason":"wrong secret","count":6}`,
		client.id + " ":    `{"reason":"other family","count":3}`,
		disabled.id:        `{"reason":"disabled","count":3}`,
		"unknown client ":  `{"reason":"token void","count":3}`,
		"ana":              `{"reason":"disabled or superseded","count":3}`,
		"unknown operator": `{"reason":"certificate not valid","count":3}`,
	} {
		want := "auth " + strings.TrimSpace(target) + " " + detail + "}"
		if !got[want] {
			t.Errorf("no entry %s in %v", want, got)
		}
		delete(got, want)
	}
	if len(got) > 0 {
		t.Errorf("more entries: %v", got)
	}
}

func TestTheLogIsForOperators(t *testing.T) {
	r := newPlatform(t).replica(false)
	ctx := r.byOperator(r.operator("ana", authv1.OperatorRole_OPERATOR_ROLE_VIEWER))
	r.sealed()
	log := r.log()
	for name, call := range map[string]func() error{
		"list":       func() error { _, err := log.ListLogEntries(ctx, &authv1.ListLogEntriesRequest{}); return err },
		"export":     func() error { _, err := log.ExportLogEntries(ctx, &authv1.ExportLogEntriesRequest{}); return err },
		"checkpoint": func() error { _, err := log.GetCheckpoint(ctx, &authv1.GetCheckpointRequest{}); return err },
		"prove": func() error {
			_, err := log.ProveConsistency(ctx, &authv1.ProveConsistencyRequest{OldSize: 1, NewSize: 2})
			return err
		},
	} {
		if err := call(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := log.ProveConsistency(ctx, &authv1.ProveConsistencyRequest{OldSize: 1, NewSize: 1000})
	wantReason(t, err, errorsv1.Reason_REASON_FIELD_INVALID)
	client := r.by(r.register(partner()))
	_, err = log.GetCheckpoint(client, &authv1.GetCheckpointRequest{})
	wantReason(t, err, errorsv1.Reason_REASON_PERMISSION_DENIED)
}
