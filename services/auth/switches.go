package auth

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	"github.com/ventanilla/ventanilla/pkg/switches"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	"github.com/ventanilla/ventanilla/services/auth/internal/store"
)

// SwitchStore keeps switches where gateways look for them, as switches.Store does.
type SwitchStore interface {
	Set(ctx context.Context, s switches.Switch) error
	Get(ctx context.Context, family, path string) (switches.Switch, error)
	Clear(ctx context.Context, family, path string) error
	List(ctx context.Context) ([]switches.Switch, error)
}

// Switches is what operators may switch.
type Switches struct {
	// Store keeps the switches.
	Store SwitchStore
	// Served are the paths that gateways serve, by family, as its documentation writes them.
	Served map[string][]string
	// Strict are the families that obey a strict switch.
	Strict []string
}

type switchService struct {
	authv1.UnimplementedSwitchServiceServer
	*Service
}

// SetSwitch sets all of a switch. The act is recorded before gateways can hear of it.
func (s *switchService) SetSwitch(ctx context.Context, req *authv1.SetSwitchRequest) (*authv1.SetSwitchResponse, error) {
	if err := s.switches.serve(req.GetSwitch()); err != nil {
		return nil, err
	}
	set, err := switchFromProto(req.GetSwitch())
	if err != nil {
		return nil, err
	}
	author := act(ctx, "SetSwitch")
	set.SetAt, set.SetBy = s.now().UTC().Truncate(time.Millisecond), author.Actor
	if err := s.recordSwitch(ctx, author, set, set); err != nil {
		return nil, err
	}
	if err := s.switches.Store.Set(ctx, set); err != nil {
		return nil, s.notSwitched(ctx, author, set, err)
	}
	return &authv1.SetSwitchResponse{Switch: switchToProto(set)}, nil
}

// ClearSwitch takes a switch away, also one of a path that is served no more.
func (s *switchService) ClearSwitch(ctx context.Context, req *authv1.ClearSwitchRequest) (*authv1.ClearSwitchResponse, error) {
	set, err := s.switches.Store.Get(ctx, req.GetFamily(), req.GetPath())
	if err != nil {
		return nil, switchFailure(ctx, err)
	}
	author := act(ctx, "ClearSwitch")
	if err := s.recordSwitch(ctx, author, set, set); err != nil {
		return nil, err
	}
	if err := s.switches.Store.Clear(ctx, set.Family, set.Path); err != nil {
		return nil, s.notSwitched(ctx, author, set, err)
	}
	return &authv1.ClearSwitchResponse{}, nil
}

// ListSwitches returns all switches by family and path.
func (s *switchService) ListSwitches(ctx context.Context, _ *authv1.ListSwitchesRequest) (*authv1.ListSwitchesResponse, error) {
	list, err := s.switches.Store.List(ctx)
	if err != nil {
		return nil, switchFailure(ctx, err)
	}
	answer := &authv1.ListSwitchesResponse{}
	for _, set := range list {
		answer.Switches = append(answer.Switches, switchToProto(set))
	}
	return answer, nil
}

// serve refuses a family or path that no gateway serves, and what a family does not obey, and names those that there are.
func (s Switches) serve(asked *authv1.Switch) error {
	paths, ok := s.Served[asked.GetFamily()]
	if !ok {
		return rpcerr.Invalid("switch.family", "not served; there are "+strings.Join(slices.Sorted(maps.Keys(s.Served)), ", "))
	}
	if asked.GetPath() != "" && !slices.Contains(paths, asked.GetPath()) {
		return rpcerr.Invalid("switch.path", "not served by the family; there are "+strings.Join(paths, ", "))
	}
	if asked.GetStrict() && !slices.Contains(s.Strict, asked.GetFamily()) {
		return rpcerr.Invalid("switch.strict", "means nothing to the family; there are "+strings.Join(s.Strict, ", "))
	}
	return nil
}

func (s *switchService) recordSwitch(ctx context.Context, author store.Act, set switches.Switch, detail any) error {
	if err := s.store.RecordAct(ctx, author, set.Family+set.Path, detail); err != nil {
		return sqlstore.Failure(err, "recording a switch")
	}
	return nil
}

// unconfirmed is what the admin log shows of a switch that etcd did not confirm.
type unconfirmed struct {
	Switch  switches.Switch `json:"switch"`
	Problem string          `json:"problem"`
}

// notSwitched enters in the admin log that what was recorded may not have come about.
func (s *switchService) notSwitched(ctx context.Context, author store.Act, set switches.Switch, cause error) error {
	recording, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastTimeout) // the caller may be gone
	defer cancel()
	problem := "etcd did not confirm it: it may have come about"
	if errors.Is(cause, switches.ErrNotFound) {
		problem = switches.ErrNotFound.Error()
	}
	author.Name += "Failed"
	return switchFailure(ctx, errors.Join(cause, s.recordSwitch(recording, author, set, unconfirmed{set, problem})))
}

// switchFailure is what the caller hears. The caller's client must not try again by itself: each try would be
// recorded and would wait for etcd.
func switchFailure(ctx context.Context, err error) error {
	if errors.Is(err, switches.ErrNotFound) {
		return rpcerr.Wrap(errorsv1.Reason_REASON_SWITCH_NOT_FOUND, err, "no such switch is set")
	}
	once(ctx)
	return rpcerr.Wrap(errorsv1.Reason_REASON_UNAVAILABLE, err,
		"etcd does not answer: gateways keep to what they last heard; look at the switches once it is back", rpcerr.RetryAfter(retryAfter))
}
