package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

// refusedLogins is how many logins of each kind a run refuses: of an unknown user, and with a wrong password.
const refusedLogins = 60

// refused times refused logins over one connection, in pairs of an unknown user and a wrong password that change their order. Each is of another user
// and from another address, so that none has to wait, and each is the first failure of all that it is counted for.
func (m *sessionsMeasure) refused(ctx context.Context, run int) error {
	user := func(kind string, pair int) string { return fmt.Sprintf("%s.%d.%d@bench.example", kind, run, pair) }
	for pair := range refusedLogins {
		if _, _, err := m.to.account(ctx, sessionv1.AccountKind_ACCOUNT_KIND_USER, user("conocido", pair)); err != nil {
			return err
		}
	}
	work := m.parties.login("", "", refusal)
	unknown := func(i int) bool { return (i%2 == 0) == (i/2%2 == 0) }
	bodies := make([]string, 2*refusedLogins)
	for i := range bodies {
		kind := "conocido"
		if unknown(i) {
			kind = "ignorado" // of as many letters
		}
		bodies[i] = m.parties.login(user(kind, i/2), "0123456789abcdef0123456789abcdef", nil).form(0)
	}
	work.form = func(i int) string { return bodies[i] }
	work.address = func(i int) string { return fmt.Sprintf("10.%d.%d.%d", run, i/256, i%256) }
	over, err := newLoader(m.edge.loader.base, m.edge.loader.roots, 1)
	if err != nil {
		return err
	}
	defer over.client.CloseIdleConnections()
	if _, err := over.ask(ctx, m.parties.rest()[checkWork], 0); err != nil { // so that there is a connection
		return err
	}
	latencies, _, err := over.run(ctx, work, len(bodies))
	if err != nil {
		return fmt.Errorf("refusing logins: %w", err)
	}
	for i, latency := range latencies {
		if unknown(i) {
			m.found.unknown = append(m.found.unknown, latency)
		} else {
			m.found.wrong = append(m.found.wrong, latency)
		}
	}
	return nil
}

// refusal wants the answer to a refused login.
func refusal(_ int, body []byte) error {
	const refused = 8 // the family's estado
	var answer struct {
		Result struct {
			Estado int `json:"estado"`
		} `json:"result"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return fmt.Errorf("reading an answer: %w", err)
	}
	if answer.Result.Estado != refused {
		return fmt.Errorf("its estado is %d", answer.Result.Estado)
	}
	return nil
}

// telling is whether durations tell two kinds of requests apart.
type telling struct {
	Work string `json:"work"`
	// One and Other name the kinds; their medians are in milliseconds.
	One         string  `json:"one"`
	Other       string  `json:"other"`
	OneMedian   float64 `json:"one_median_ms"`
	OtherMedian float64 `json:"other_median_ms"`
	// Count is how many of each there were.
	Count int `json:"count"`
	// U is Mann and Whitney's statistic as the share of all pairs in which One took longer: 0.5 tells nothing. P is how
	// likely it is at least as far from 0.5 where nothing tells them apart.
	U float64 `json:"u"`
	P float64 `json:"p"`
}

func newTelling(work, one, other string, ones, others []time.Duration) telling {
	ms := func(of []time.Duration) float64 {
		return median(of, func(d time.Duration) float64 { return d.Seconds() * 1000 })
	}
	u, p := mannWhitney(ones, others)
	return telling{Work: work, One: one, Other: other, OneMedian: ms(ones), OtherMedian: ms(others), Count: len(ones), U: u, P: p}
}
