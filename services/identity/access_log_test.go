package identity_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/auditlog"
	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

func (r *replica) accessLog() identityv1.AccessLogServiceClient {
	return identityv1.NewAccessLogServiceClient(r.As("gateway"))
}

// accesses are the entries of the log, newest first, asked for page by page.
func (r *replica) accesses(req *identityv1.ListAccessesRequest) []*identityv1.AccessEntry {
	r.T.Helper()
	log := r.accessLog()
	var all []*identityv1.AccessEntry
	for pages := 0; pages == 0 || req.PageToken != ""; pages++ {
		page, err := log.ListAccesses(r.ByOperator("security"), req)
		check(r.T, err)
		all = append(all, page.GetEntries()...)
		req.PageToken = page.GetNextPageToken()
	}
	return all
}

// sealedAccesses waits until every entry is sealed, and returns the checkpoint.
func (r *replica) sealedAccesses() auditlog.Checkpoint {
	r.T.Helper()
	log := r.accessLog()
	testkit.Eventually(r.T, 30*time.Second, func() error {
		page, err := log.ListAccesses(r.ByOperator("security"), &identityv1.ListAccessesRequest{PageSize: 500})
		if err == nil && slices.ContainsFunc(page.GetEntries(), func(e *identityv1.AccessEntry) bool { return e.GetLeaf() < 0 }) {
			err = errors.New("not all is sealed")
		}
		return err
	})
	answer, err := log.GetAccessCheckpoint(r.ByOperator("viewer"), &identityv1.GetAccessCheckpointRequest{})
	check(r.T, err)
	key, err := auditlog.ParseKey(answer.GetVerifierKey())
	check(r.T, err)
	checkpoint, err := auditlog.OpenCheckpoint([]byte(answer.GetCheckpoint()), key)
	check(r.T, err)
	return checkpoint
}

// lookUp asks for the accesses to a person.
func (r *replica) lookUp(ctx context.Context, id string) ([]*identityv1.AccessEntry, error) {
	page, err := r.accessLog().ListPersonAccesses(ctx, &identityv1.ListPersonAccessesRequest{PersonId: id})
	return page.GetEntries(), err
}

func TestAPersonsAccessesAreThemselvesEntered(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		p.plainPerson("production", "anna")
		p.plainPerson("production", "bert")
		itself := p.By(authn.Claims{
			ClientID: "c1", Family: "iddi", Kind: authv1.ClientKind_CLIENT_KIND_PARTNER, DataSet: authv1.DataSet_DATA_SET_PRODUCTION, Subject: "anna",
		})
		for i, ctx := range []context.Context{p.ByOperator("support"), itself, p.ByPeer("session")} {
			if entries, err := r.lookUp(ctx, "anna"); err != nil || len(entries) != i {
				t.Fatalf("lookup %d: %d entries, %v", i, len(entries), err)
			}
		}
		if _, err := r.lookUp(p.ByOperator("support"), "bert"); err != nil {
			t.Fatal(err)
		}
		got := r.accesses(&identityv1.ListAccessesRequest{PageSize: 2, Target: p.pseudonymOf("anna")})
		want := []string{"peer:session  ", "client:c1 the person ", "ana  "}
		for i, entry := range got {
			if entry.GetAct() != "ListPersonAccesses" || !entry.GetAt().AsTime().Equal(p.Clock.Now().Truncate(time.Millisecond)) ||
				entry.GetPurpose() == "" || !slices.Equal(entry.GetFields(), []string{"entries"}) || len(entry.GetTraceId()) != 32 ||
				strings.Contains(entry.GetText(), "anna") {
				t.Errorf("entered %v", entry)
			}
			if by := entry.GetActor() + " " + entry.GetOnBehalfOf() + " "; by != want[i] {
				t.Errorf("entered by %q, want %q", by, want[i])
			}
		}
		if len(got) != 3 {
			t.Errorf("%d entries", len(got))
		}
	})
}

func TestWhoMayReadTheAccessLog(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		p.plainPerson("production", "anna")
		p.plainPerson("staging", "bert")
		client := func(set authv1.DataSet, subject string, scopes ...string) context.Context {
			return p.By(authn.Claims{
				ClientID: "c1", Family: "iddi", Kind: authv1.ClientKind_CLIENT_KIND_PARTNER, DataSet: set, Subject: subject, Scopes: scopes,
			})
		}
		const production, staging = authv1.DataSet_DATA_SET_PRODUCTION, authv1.DataSet_DATA_SET_STAGING
		const none = errorsv1.Reason_REASON_UNSPECIFIED
		for name, c := range map[string]struct {
			ctx    context.Context
			person string
			want   errorsv1.Reason
		}{
			"support":                  {p.ByOperator("support"), "bert", none},
			"a viewer":                 {p.ByOperator("viewer"), "anna", errorsv1.Reason_REASON_PERMISSION_DENIED},
			"nobody's":                 {p.ByOperator("support"), "nobody", errorsv1.Reason_REASON_PERSON_NOT_FOUND},
			"with a scope":             {client(production, "", "identity.read"), "anna", none},
			"without":                  {client(production, "", "perfil"), "anna", errorsv1.Reason_REASON_PERMISSION_DENIED},
			"without, nobody's":        {client(production, "", "perfil"), "nobody", errorsv1.Reason_REASON_PERMISSION_DENIED},
			"another's":                {client(production, "bert"), "anna", errorsv1.Reason_REASON_PERMISSION_DENIED},
			"its own":                  {client(staging, "bert"), "bert", none},
			"of the other set":         {client(production, "", "identity.read"), "bert", errorsv1.Reason_REASON_PERSON_NOT_FOUND},
			"its own of the other set": {client(production, "bert"), "bert", errorsv1.Reason_REASON_PERSON_NOT_FOUND},
		} {
			if _, err := r.lookUp(c.ctx, c.person); err != nil || c.want != none {
				t.Run(name, func(t *testing.T) { wantReason(t, err, c.want) })
			}
		}

		r.sealedAccesses()
		log := r.accessLog()
		for name, call := range map[string]struct {
			roles []string
			call  func(context.Context) error
		}{
			"list": {[]string{"support", "security"}, func(ctx context.Context) error {
				_, err := log.ListAccesses(ctx, &identityv1.ListAccessesRequest{})
				return err
			}},
			"export": {[]string{"security"}, func(ctx context.Context) error {
				_, err := log.ExportAccesses(ctx, &identityv1.ExportAccessesRequest{})
				return err
			}},
			"checkpoint": {allRoles, func(ctx context.Context) error {
				_, err := log.GetAccessCheckpoint(ctx, &identityv1.GetAccessCheckpointRequest{})
				return err
			}},
			"prove": {allRoles, func(ctx context.Context) error {
				_, err := log.ProveAccessConsistency(ctx, &identityv1.ProveAccessConsistencyRequest{OldSize: 1, NewSize: 2})
				return err
			}},
		} {
			for _, role := range allRoles {
				err := call.call(p.ByOperator(role))
				if slices.Contains(call.roles, role) != (err == nil) {
					t.Errorf("%s by %s: %v", name, role, err)
				}
			}
			wantReason(t, call.call(client(production, "", "identity.read")), errorsv1.Reason_REASON_PERMISSION_DENIED)
			wantReason(t, call.call(p.ByPeer("benefits")), errorsv1.Reason_REASON_PERMISSION_DENIED)
		}
	})
}

var allRoles = []string{"viewer", "support", "editor", "publisher", "security"}

func TestAccessesComeInPagesNewestFirst(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		for i := range 5 {
			id := fmt.Sprintf("person %d", i)
			p.plainPerson("production", id)
			_, err := r.lookUp(p.ByOperator("support"), id)
			check(t, err)
		}
		var got, want []string
		for _, entry := range r.accesses(&identityv1.ListAccessesRequest{PageSize: 2, Actor: "ana", Act: "ListPersonAccesses"}) {
			got = append(got, entry.GetTarget())
		}
		for i := range 5 {
			want = append(want, p.pseudonymOf(fmt.Sprintf("person %d", 4-i)))
		}
		if !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		if entries := r.accesses(&identityv1.ListAccessesRequest{Actor: "nobody"}); len(entries) != 0 {
			t.Errorf("entries of nobody: %v", entries)
		}
		for _, token := range []string{"none", "-1", "0"} {
			_, err := r.accessLog().ListAccesses(p.ByOperator("support"), &identityv1.ListAccessesRequest{PageToken: token})
			wantReason(t, err, errorsv1.Reason_REASON_FIELD_INVALID)
			_, err = r.accessLog().ListPersonAccesses(p.ByOperator("support"), &identityv1.ListPersonAccessesRequest{PersonId: "person 1", PageToken: token})
			wantReason(t, err, errorsv1.Reason_REASON_FIELD_INVALID)
		}
		_, err := r.accessLog().ProveAccessConsistency(p.ByOperator("viewer"), &identityv1.ProveAccessConsistencyRequest{OldSize: 1, NewSize: 1000})
		wantReason(t, err, errorsv1.Reason_REASON_FIELD_INVALID)
	})
}
