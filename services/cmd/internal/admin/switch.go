package admin

import (
	"context"
	"errors"
	"fmt"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// Switches are the commands about what is switched at run time.
type Switches struct {
	Set   SetSwitch    `cmd:"" help:"Set all of a switch: what is not named is off afterwards. Gateways obey within a second."`
	Clear ClearSwitch  `cmd:"" help:"Take a switch away."`
	List  ListSwitches `cmd:"" help:"List the switches that are set."`
}

// SwitchPlace is where a switch holds.
type SwitchPlace struct {
	Family string `arg:"" help:"The family: cmp, tuidd, native, …"`
	Path   string `help:"One endpoint, as the family's documentation writes it: /api/v1/oauth/token. All of the family without it." placeholder:"PATH"`
}

// SetSwitch sets a switch.
type SetSwitch struct {
	SwitchPlace
	Maintenance   bool           `help:"Answer calls 503 with Retry-After."`
	RetryAfter    *time.Duration `help:"What Retry-After tells during maintenance (1s to 168h; 1m without it)." placeholder:"10m"`
	Retired       bool           `help:"Answer calls 410: gone for good."`
	Deprecated    *Moment        `help:"Say on every answer since when, or from when on, it is deprecated: now, a date, or RFC 3339." placeholder:"TIME"`
	Sunset        *Moment        `help:"Say on every answer when it is going to be gone; nothing is refused then unless you set --retired." placeholder:"TIME"`
	Documentation string         `help:"An https URL about the end, for the Link header." placeholder:"URL"`
	Strict        bool           `help:"Answer failures with the HTTP statuses that fit them where the family's document has others (cmp: wrong input 422, not 500; colppy: any failure, not 200), with the same body."`
}

// Help explains strictness.
func (SetSwitch) Help() string {
	return `Some documents answer wrong input with 500, as if the platform had failed. Partners' clients expect it, so it is the default; monitoring counts such answers as failures. With --strict gateways answer 422 instead, with the same body.`
}

// Validate is called when the command line was read.
func (c SetSwitch) Validate() error {
	switch {
	case !c.Maintenance && !c.Retired && c.Deprecated == nil && c.Sunset == nil && !c.Strict:
		return errors.New("say what to switch: --maintenance, --retired, --deprecated, --sunset or --strict; `admin switch clear` takes a switch away")
	case c.RetryAfter != nil && !c.Maintenance:
		return errors.New("--retry-after goes with --maintenance")
	case c.Documentation != "" && c.Deprecated == nil && c.Sunset == nil:
		return errors.New("--documentation goes with --deprecated or --sunset")
	}
	return nil
}

// Run does it.
func (c SetSwitch) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	wanted := &authv1.Switch{
		Family: c.Family, Path: c.Path, Maintenance: c.Maintenance, Retired: c.Retired, Documentation: c.Documentation,
		DeprecatedAt: c.Deprecated.proto(), SunsetAt: c.Sunset.proto(), Strict: c.Strict,
	}
	if c.RetryAfter != nil {
		wanted.RetryAfter = durationpb.New(*c.RetryAfter)
	}
	answer, err := authv1.NewSwitchServiceClient(conn).SetSwitch(ctx, &authv1.SetSwitchRequest{Switch: wanted})
	if err != nil {
		return err
	}
	return out.table(answer, switchHeading(), [][]string{switchRow(answer.GetSwitch())})
}

// ClearSwitch takes a switch away.
type ClearSwitch struct{ SwitchPlace }

// Run does it.
func (c ClearSwitch) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := authv1.NewSwitchServiceClient(conn).ClearSwitch(ctx, &authv1.ClearSwitchRequest{Family: c.Family, Path: c.Path})
	if err != nil {
		return err
	}
	return out.record(answer, [][2]string{{"cleared", c.Family + c.Path}})
}

// ListSwitches lists switches.
type ListSwitches struct{}

// Run does it.
func (ListSwitches) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := authv1.NewSwitchServiceClient(conn).ListSwitches(ctx, &authv1.ListSwitchesRequest{})
	if err != nil {
		return err
	}
	var rows [][]string
	for _, s := range answer.GetSwitches() {
		rows = append(rows, switchRow(s))
	}
	return out.table(answer, switchHeading(), rows)
}

func switchHeading() []string {
	return []string{"FAMILY", "PATH", "STATE", "RETRY AFTER", "DEPRECATED", "SUNSET", "DOCUMENTATION", "STRICT", "SET AT", "SET BY"}
}

func switchRow(s *authv1.Switch) []string {
	state, wait := "served", ""
	switch {
	case s.GetRetired():
		state = "retired"
	case s.GetMaintenance():
		state = "maintenance"
	}
	if s.GetRetryAfter() != nil {
		wait = s.GetRetryAfter().AsDuration().String()
	}
	return []string{
		s.GetFamily(), s.GetPath(), state, wait, moment(s.GetDeprecatedAt()), moment(s.GetSunsetAt()), s.GetDocumentation(),
		strictness(s), moment(s.GetSetAt()), s.GetSetBy(),
	}
}

// strictness is empty when nothing is said of it.
func strictness(s *authv1.Switch) string {
	if s.GetStrict() {
		return "yes"
	}
	return ""
}

// moment is empty when there was none.
func moment(t *timestamppb.Timestamp) string {
	if t == nil {
		return ""
	}
	return t.AsTime().Format(time.RFC3339)
}

// Moment is a time on the command line.
type Moment struct{ time.Time }

// UnmarshalText reads "now", a date (its first second in UTC), or a time of RFC 3339.
func (m *Moment) UnmarshalText(text []byte) (err error) {
	if string(text) == "now" {
		m.Time = time.Now()
		return nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if m.Time, err = time.Parse(layout, string(text)); err == nil {
			return nil
		}
	}
	return fmt.Errorf("%q is no time: write now, 2026-12-31 or 2026-12-31T12:00:00Z", text)
}

// proto is nil for no time.
func (m *Moment) proto() *timestamppb.Timestamp {
	if m == nil {
		return nil
	}
	return timestamppb.New(m.Time)
}
