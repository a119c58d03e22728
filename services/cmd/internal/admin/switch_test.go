package admin

import (
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

func TestMomentsOnTheCommandLine(t *testing.T) {
	for text, want := range map[string]string{
		"2026-12-31": "2026-12-31T00:00:00Z", "2026-12-31T12:00:00+01:00": "2026-12-31T11:00:00Z",
	} {
		var m Moment
		if err := m.UnmarshalText([]byte(text)); err != nil || moment(m.proto()) != want {
			t.Errorf("%s: got %s, %v", text, moment(m.proto()), err)
		}
	}
	for _, text := range []string{"", "soon", "31.12.2026", "2026-13-01"} {
		if err := new(Moment).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q was read", text)
		}
	}
	var now Moment
	if err := now.UnmarshalText([]byte("now")); err != nil || now.IsZero() {
		t.Errorf("now: %v, %v", now, err)
	}
	if absent := (*Moment)(nil).proto(); absent != nil {
		t.Errorf("no time became %v", absent)
	}
}

func TestSwitchesThatSwitchNothingAreRefused(t *testing.T) {
	wait, when := time.Minute, &Moment{time.Unix(0, 0)}
	for name, c := range map[string]struct {
		command SetSwitch
		valid   bool
	}{
		"nothing":                   {SetSwitch{}, false},
		"only a wait":               {SetSwitch{RetryAfter: &wait}, false},
		"wait without maintenance":  {SetSwitch{RetryAfter: &wait, Retired: true}, false},
		"link without announcement": {SetSwitch{Documentation: "https://example.org", Retired: true}, false},
		"maintenance":               {SetSwitch{RetryAfter: &wait, Maintenance: true}, true},
		"announcement":              {SetSwitch{Documentation: "https://example.org", Sunset: when}, true},
		"retirement":                {SetSwitch{Retired: true}, true},
		"strictness":                {SetSwitch{Strict: true}, true},
	} {
		if err := c.command.Validate(); (err == nil) != c.valid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestASwitchsRow(t *testing.T) {
	at := timestamppb.New(time.Date(2026, time.January, 2, 3, 4, 5, 0, time.UTC))
	for want, s := range map[string]*authv1.Switch{
		"served":      {SunsetAt: at},
		"maintenance": {Maintenance: true, RetryAfter: durationpb.New(time.Minute)},
		"retired":     {Maintenance: true, Retired: true},
	} {
		s.Family, s.SetAt, s.SetBy, s.Strict = "cmp", at, "ana", true
		row := switchRow(s)
		if len(row) != len(switchHeading()) || row[2] != want || !slices.Equal(row[7:], []string{"yes", "2026-01-02T03:04:05Z", "ana"}) {
			t.Errorf("%s: %q", want, row)
		}
	}
}
