package auth

import (
	"errors"
	"time"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/switches"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// switchFromProto reads and checks what an operator sends. Headers tell whole seconds.
func switchFromProto(in *authv1.Switch) (switches.Switch, error) {
	deprecated, err := switchTime("deprecated_at", in.GetDeprecatedAt())
	if err != nil {
		return switches.Switch{}, err
	}
	sunset, err := switchTime("sunset_at", in.GetSunsetAt())
	if err != nil {
		return switches.Switch{}, err
	}
	out := switches.Switch{Family: in.GetFamily(), Path: in.GetPath(), Effect: switches.Effect{
		Maintenance: in.GetMaintenance(), RetryAfter: in.GetRetryAfter().AsDuration().Truncate(time.Second), Retired: in.GetRetired(),
		DeprecatedAt: deprecated, SunsetAt: sunset, Documentation: in.GetDocumentation(), Strict: in.GetStrict(),
	}}
	if wrong, ok := errors.AsType[*switches.FieldError](out.Validate()); ok {
		return out, rpcerr.Invalid("switch."+wrong.Field, wrong.Problem)
	}
	return out, nil
}

// switchTime is zero for an absent time.
func switchTime(field string, in *timestamppb.Timestamp) (time.Time, error) {
	if in == nil {
		return time.Time{}, nil
	}
	if !in.IsValid() || in.GetSeconds() < 0 {
		return time.Time{}, rpcerr.Invalid("switch."+field, "must be a time between the years 1970 and 9999")
	}
	return in.AsTime().Truncate(time.Second), nil
}

func switchToProto(in switches.Switch) *authv1.Switch {
	out := &authv1.Switch{
		Family: in.Family, Path: in.Path, Maintenance: in.Maintenance, Retired: in.Retired,
		DeprecatedAt: switchTimestamp(in.DeprecatedAt), SunsetAt: switchTimestamp(in.SunsetAt), Documentation: in.Documentation,
		Strict: in.Strict, SetAt: switchTimestamp(in.SetAt), SetBy: in.SetBy,
	}
	if in.RetryAfter > 0 {
		out.RetryAfter = durationpb.New(in.RetryAfter)
	}
	return out
}

// switchTimestamp is absent for a zero time.
func switchTimestamp(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	return timestamppb.New(t)
}
