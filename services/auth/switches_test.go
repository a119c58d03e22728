package auth_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	"github.com/ventanilla/ventanilla/pkg/switches"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	"github.com/ventanilla/ventanilla/services/auth"
)

// board is a store of switches in memory, which can be away.
type board struct {
	mu   sync.Mutex
	set  map[string]switches.Switch
	away error
	// writes counts attempts.
	writes int
}

func (b *board) switches() auth.Switches {
	return auth.Switches{Store: b, Served: map[string][]string{
		"cmp": {"/api/v1/oauth/token"}, "native": {"/.well-known/jwks.json", "/oauth2/revoke"},
	}, Strict: []string{"cmp"}}
}

func (b *board) leave(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.away = err
}

func (b *board) Set(_ context.Context, s switches.Switch) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.writes++
	if b.away != nil {
		return b.away
	}
	if b.set == nil {
		b.set = map[string]switches.Switch{}
	}
	b.set[s.Family+s.Path] = s
	return nil
}

func (b *board) Get(_ context.Context, family, path string) (switches.Switch, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s, ok := b.set[family+path]
	if b.away == nil && !ok {
		return s, switches.ErrNotFound
	}
	return s, b.away
}

func (b *board) Clear(_ context.Context, family, path string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, ok := b.set[family+path]; !ok {
		return switches.ErrNotFound
	}
	delete(b.set, family+path)
	return nil
}

func (b *board) List(context.Context) ([]switches.Switch, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var list []switches.Switch
	for _, key := range slices.Sorted(maps.Keys(b.set)) {
		list = append(list, b.set[key])
	}
	return list, b.away
}

// acts are the acts on a target, oldest first, each with its actor, and what is recorded with the last.
func (r *replica) acts(target string) (acts []string, after string) {
	r.t.Helper()
	for _, entry := range slices.Backward(r.entries(&authv1.ListLogEntriesRequest{Target: target})) {
		acts, after = append(acts, entry.GetActor()+" "+entry.GetAct()), entry.GetText()
	}
	return acts, after
}

func TestASwitchsLife(t *testing.T) {
	r := newPlatform(t).replica(false)
	service := authv1.NewSwitchServiceClient(r.as("gateway"))
	ana := r.byOperator(r.operator("ana", authv1.OperatorRole_OPERATOR_ROLE_SUPPORT))
	const path = "/api/v1/oauth/token"
	noon := time.Date(2026, time.January, 2, 12, 0, 0, 0, time.UTC)
	asked := &authv1.Switch{
		Family: "cmp", Path: path, Maintenance: true, RetryAfter: durationpb.New(90*time.Second + time.Millisecond),
		DeprecatedAt: timestamppb.New(noon.Add(time.Millisecond)), SunsetAt: timestamppb.New(noon.Add(time.Hour)),
		Documentation: "https://example.org/end", SetBy: "somebody else", SetAt: timestamppb.New(noon), Strict: true,
	}
	answer, err := service.SetSwitch(ana, &authv1.SetSwitchRequest{Switch: asked})
	check(t, err)
	got := answer.GetSwitch()
	if got.GetSetBy() != "ana" || !got.GetSetAt().AsTime().Equal(start) || got.GetRetryAfter().AsDuration() != 90*time.Second ||
		!got.GetDeprecatedAt().AsTime().Equal(noon) || !got.GetMaintenance() || got.GetRetired() || !got.GetStrict() {
		t.Errorf("stored as %v", got)
	}
	viewer := r.byOperator(r.operator("zoe", authv1.OperatorRole_OPERATOR_ROLE_VIEWER))
	list, err := service.ListSwitches(viewer, &authv1.ListSwitchesRequest{})
	check(t, err)
	if len(list.GetSwitches()) != 1 || list.GetSwitches()[0].String() != got.String() {
		t.Errorf("listed as %v", list)
	}
	_, err = service.ClearSwitch(ana, &authv1.ClearSwitchRequest{Family: "cmp"})
	wantReason(t, err, errorsv1.Reason_REASON_SWITCH_NOT_FOUND)
	_, err = service.ClearSwitch(ana, &authv1.ClearSwitchRequest{Family: "cmp", Path: path})
	check(t, err)
	_, err = service.ClearSwitch(ana, &authv1.ClearSwitchRequest{Family: "cmp", Path: path})
	wantReason(t, err, errorsv1.Reason_REASON_SWITCH_NOT_FOUND)
	acts, after := r.acts("cmp" + path)
	if want := []string{"ana SetSwitch", "ana ClearSwitch"}; !slices.Equal(acts, want) {
		t.Errorf("recorded %v, want %v", acts, want)
	}
	if !strings.Contains(after, `"retry_after_seconds":90`) {
		t.Errorf("what was cleared is not in the log: %s", after)
	}
}

func TestSwitchesThatAreRefusedNameTheField(t *testing.T) {
	p := newPlatform(t)
	r := p.replica(false)
	service, ctx := authv1.NewSwitchServiceClient(r.as("gateway")), r.security()
	at := func(seconds int64) *timestamppb.Timestamp { return &timestamppb.Timestamp{Seconds: seconds} }
	for name, c := range map[string]struct {
		asked       *authv1.Switch
		field, says string
	}{
		"no such family":   {&authv1.Switch{Family: "nope"}, "switch.family", "cmp, native"},
		"no family":        {&authv1.Switch{}, "switch.family", ""},
		"no such path":     {&authv1.Switch{Family: "native", Path: "/oauth2"}, "switch.path", "/.well-known/jwks.json, /oauth2/revoke"},
		"another's path":   {&authv1.Switch{Family: "native", Path: "/api/v1/oauth/token"}, "switch.path", "/oauth2/revoke"},
		"short wait":       {&authv1.Switch{Family: "cmp", RetryAfter: durationpb.New(time.Millisecond)}, "switch.retry_after", ""},
		"sunset first":     {&authv1.Switch{Family: "cmp", DeprecatedAt: at(2), SunsetAt: at(1)}, "switch.sunset_at", "deprecated_at"},
		"before 1970":      {&authv1.Switch{Family: "cmp", DeprecatedAt: at(-62135596800)}, "switch.deprecated_at", "1970"},
		"no time":          {&authv1.Switch{Family: "cmp", SunsetAt: &timestamppb.Timestamp{Nanos: -1}}, "switch.sunset_at", "1970"},
		"no https":         {&authv1.Switch{Family: "cmp", Documentation: "http://example.org"}, "switch.documentation", "https"},
		"a header's end":   {&authv1.Switch{Family: "cmp", Documentation: "https://example.org/\r\nX: y"}, "switch.documentation", "https"},
		"strict nothing":   {&authv1.Switch{Family: "native", Strict: true}, "switch.strict", "there are cmp"},
		"no switch at all": {nil, "switch", ""},
	} {
		_, err := service.SetSwitch(ctx, &authv1.SetSwitchRequest{Switch: c.asked})
		want := errorsv1.Reason_REASON_FIELD_INVALID
		if c.asked.GetFamily() == "" {
			want = errorsv1.Reason_REASON_FIELD_MISSING
		}
		wantReason(t, err, want)
		fields := rpcerr.Fields(err)
		if len(fields) != 1 || fields[0].Field != c.field || !strings.Contains(fields[0].Description, c.says) {
			t.Errorf("%s: got %v about %v", name, err, fields)
		}
	}
	if p.board.writes != 0 {
		t.Errorf("refused, but written %d times", p.board.writes)
	}
}

func TestWhatIsSwitchedWhileEtcdIsAway(t *testing.T) {
	p := newPlatform(t)
	r := p.replica(false)
	service, ctx := authv1.NewSwitchServiceClient(r.as("gateway")), r.byOperator(r.operator("ana", authv1.OperatorRole_OPERATOR_ROLE_SUPPORT))
	p.board.leave(errors.New("connection refused"))
	_, set := service.SetSwitch(ctx, &authv1.SetSwitchRequest{Switch: &authv1.Switch{Family: "cmp", Maintenance: true}})
	_, cleared := service.ClearSwitch(ctx, &authv1.ClearSwitchRequest{Family: "cmp"})
	_, listed := service.ListSwitches(ctx, &authv1.ListSwitchesRequest{})
	for _, err := range []error{set, cleared, listed} {
		wantReason(t, err, errorsv1.Reason_REASON_UNAVAILABLE)
		if delay, ok := rpcerr.Delay(err); !ok || delay != time.Second {
			t.Errorf("%v: come back after %v", err, delay)
		}
		if strings.Contains(err.Error(), "refused") {
			t.Errorf("the cause got out: %v", err)
		}
	}
	acts, after := r.acts("cmp")
	if want := []string{"ana SetSwitch", "ana SetSwitchFailed"}; !slices.Equal(acts, want) {
		t.Errorf("recorded %v, want %v", acts, want)
	}
	if !strings.Contains(after, `"problem":"etcd did not confirm it`) {
		t.Errorf("recorded %s", after)
	}
}

func TestWhoMaySwitch(t *testing.T) {
	r := newPlatform(t).replica(false)
	service := authv1.NewSwitchServiceClient(r.as("gateway"))
	for role, may := range map[authv1.OperatorRole]bool{
		authv1.OperatorRole_OPERATOR_ROLE_VIEWER: false, authv1.OperatorRole_OPERATOR_ROLE_SUPPORT: true,
		authv1.OperatorRole_OPERATOR_ROLE_EDITOR: false, authv1.OperatorRole_OPERATOR_ROLE_PUBLISHER: false,
		authv1.OperatorRole_OPERATOR_ROLE_SECURITY: true,
	} {
		ctx := r.byOperator(r.operator(strings.ToLower(role.String()), role))
		want := errorsv1.Reason_REASON_PERMISSION_DENIED
		if may {
			want = errorsv1.Reason_REASON_UNSPECIFIED
		}
		_, err := service.SetSwitch(ctx, &authv1.SetSwitchRequest{Switch: &authv1.Switch{Family: "cmp", Retired: true}})
		wantReason(t, err, want)
		_, err = service.ListSwitches(ctx, &authv1.ListSwitchesRequest{})
		check(t, err)
		if may {
			_, err = service.ClearSwitch(ctx, &authv1.ClearSwitchRequest{Family: "cmp"})
			check(t, err)
			continue
		}
		_, err = service.ClearSwitch(ctx, &authv1.ClearSwitchRequest{Family: "cmp"})
		wantReason(t, err, want)
	}
	_, err := authv1.NewSwitchServiceClient(r.as("bootstrap")).ListSwitches(t.Context(), &authv1.ListSwitchesRequest{})
	wantReason(t, err, errorsv1.Reason_REASON_PEER_REFUSED)
}
