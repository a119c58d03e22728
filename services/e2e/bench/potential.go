package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"sync"
)

const (
	benefitsPath = "/api/v1/beneficios-potenciales"

	warmBenefits = "benefits warm"
	coldBenefits = "benefits cold"
)

// calls measures the call of partners on the platform and on the baselines.
func (m *benefitsMeasure) calls(ctx context.Context, ours *server, to access) error {
	var running sync.WaitGroup
	defer running.Wait()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	if m.postgres != "" {
		var err error
		if to.Partner, err = m.register(ctx, to.AdminRPC, "--family", "cmp", "--scope", scope); err != nil {
			return err
		}
	}
	bearer := make([]string, 1)
	if _, err := ours.loader.ask(ctx, issue(to.Partner, bearer), 0); err != nil {
		return fmt.Errorf("getting the partner's token: %w", err)
	}
	body, err := m.typical(ctx, ours, bearer[0])
	if err != nil {
		return err
	}
	servers := []*server{ours}
	for _, name := range []string{passThroughName, bareHandlerName} {
		baseline, err := startBaseline(ctx, &running, name, answers{Benefits: body}, m.connections)
		if err != nil {
			return err
		}
		servers = append(servers, baseline)
	}
	requests := min(m.asked.requests, mostTokens)
	for run := range m.asked.runs {
		citizens, err := m.signer.signIn(requests + 1)
		if err != nil {
			return err
		}
		warm, cold := potentialBenefits(bearer[0], citizens[:1]), potentialBenefits(bearer[0], citizens[1:])
		for _, server := range servers {
			for _, step := range []struct {
				name string
				work workload
			}{{coldBenefits, cold}, {warmBenefits, warm}} {
				m.progress(fmt.Sprintf("run %d of %d: %s, %s", run+1, m.asked.runs, step.name, server.name))
				figures, err := server.measure(ctx, step.work, warm, requests)
				if err != nil {
					return err
				}
				m.found.calls.add(step.name, server.name, figures)
			}
		}
	}
	return nil
}

// typical is the platform's answer about one of some persons, that whose length is the median.
func (m *benefitsMeasure) typical(ctx context.Context, ours *server, bearer string) ([]byte, error) {
	const some = 101
	citizens, err := m.signer.signIn(some)
	if err != nil {
		return nil, err
	}
	work := potentialBenefits(bearer, citizens)
	bodies := make([][]byte, some)
	for i := range bodies {
		if bodies[i], err = ours.loader.ask(ctx, work, i); err != nil {
			return nil, err
		}
		answer, err := readBenefits(bodies[i])
		if err != nil {
			return nil, err
		}
		m.found.answered += float64(len(answer.Data.Benefits)) / some
		m.found.bytes += float64(len(bodies[i])) / some
	}
	slices.SortFunc(bodies, func(a, b []byte) int { return len(a) - len(b) })
	return bodies[some/2], nil
}

// potentialAnswer is what is read of an answer.
type potentialAnswer struct {
	Success bool `json:"success"`
	Data    struct {
		Benefits []json.RawMessage `json:"beneficios"`
	} `json:"data"`
}

func readBenefits(body []byte) (answer potentialAnswer, err error) {
	if err := json.Unmarshal(body, &answer); err != nil {
		return answer, fmt.Errorf("reading potential benefits: %w", err)
	}
	if !answer.Success || len(answer.Data.Benefits) == 0 {
		return answer, errors.New("there are no potential benefits")
	}
	return answer, nil
}

// potentialBenefits asks for the benefits of citizens, one after the other, of all categories.
func potentialBenefits(bearer string, citizens []signed) workload {
	return workload{
		path:          benefitsPath,
		authorization: func(int) string { return "Bearer " + bearer },
		form: func(i int) string {
			citizen := citizens[i%len(citizens)]
			return url.Values{"rut": {citizen.rut}, "categoria": {"todas"}, "cu_token": {citizen.token}}.Encode()
		},
		check: func(_ int, body []byte) error {
			if !bytes.Contains(body, []byte(`"title"`)) {
				return errors.New("there are no potential benefits")
			}
			return nil
		},
	}
}
