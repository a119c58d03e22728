package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	servicesPath = "/Services"
	batchPath    = "/Services/batch"
	// batchSize is how many requests a batch has: as many as one may.
	batchSize = 1000
	// batchesAtOnce is how many batches are under way.
	batchesAtOnce = 4
	// comparedAt is the number of connections of the goals.
	comparedAt = 32
)

// acceptors are the numbers of connections at which requests are accepted one by one.
var acceptors = []int{1, 8, comparedAt, 64}

// acceptWork is accept one by one over so many connections.
func acceptWork(connections int) string { return fmt.Sprintf("accept, %d", connections) }

// batchWork is accept in batches; its figures are of one request, but for the latencies.
const batchWork = "accept in batches"

// accepts measures accept one by one and in batches, beside the pass-through and the same rows through the driver or pgbench.
func (m *dispatchesMeasure) accepts(ctx context.Context, ours *server) error {
	var running sync.WaitGroup
	defer running.Wait()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	bearer, err := m.bearer(ctx, ours)
	if err != nil {
		return err
	}
	body, err := ours.loader.ask(ctx, m.services(bearer), 0)
	if err != nil {
		return err
	}
	baseline, err := startBaseline(ctx, &running, passThroughName, answers{Service: body}, m.connections)
	if err != nil {
		return err
	}
	for run := range m.asked.runs {
		for _, connections := range acceptors {
			n := m.asked.requests
			if connections == 1 {
				n = max(1, n/4)
			}
			for _, on := range []*server{ours, baseline} {
				m.progress(fmt.Sprintf("run %d of %d: %s, %s", run+1, m.asked.runs, acceptWork(connections), on.name))
				figures, err := m.accept(ctx, on, connections, n, bearer)
				if err != nil {
					return err
				}
				m.found.accepts.add(acceptWork(connections), on.name, figures)
			}
			m.progress(fmt.Sprintf("run %d of %d: %s, one per commit", run+1, m.asked.runs, acceptWork(connections)))
			figures, err := m.onePerCommit(ctx, connections, n)
			if err != nil {
				return err
			}
			m.found.accepts.add(acceptWork(connections), m.commitName(), figures)
		}
		m.progress(fmt.Sprintf("run %d of %d: %s", run+1, m.asked.runs, batchWork))
		figures, err := m.batches(ctx, ours, bearer)
		if err != nil {
			return err
		}
		m.found.accepts.add(batchWork, platformName, figures)
		if figures, err = m.batchesDirectly(ctx); err != nil {
			return err
		}
		m.found.accepts.add(batchWork, insertName, figures)
	}
	return nil
}

// bearer gets a token of the provider's client.
func (m *dispatchesMeasure) bearer(ctx context.Context, ours *server) (string, error) {
	tokens := make([]string, 1)
	_, err := ours.loader.ask(ctx, issue(m.to.client, tokens), 0)
	if err != nil {
		return "", fmt.Errorf("getting the provider's token: %w", err)
	}
	return tokens[0], nil
}

// accept measures accept one by one over so many connections.
func (m *dispatchesMeasure) accept(ctx context.Context, on *server, connections, n int, bearer string) (sample, error) {
	over, err := newLoader(on.loader.base, on.loader.roots, connections)
	if err != nil {
		return sample{}, err
	}
	defer over.client.CloseIdleConnections()
	if _, _, err := over.run(ctx, m.services(bearer), 4*connections); err != nil {
		return sample{}, fmt.Errorf("warming up %s: %w", on.name, err)
	}
	work := m.services(bearer)
	figures, err := clocked(ctx, m.clock(on.pid), func() ([]time.Duration, time.Duration, error) { return over.run(ctx, work, n) })
	if err != nil {
		return sample{}, fmt.Errorf("loading %s: %w", on.name, err)
	}
	if on.name != platformName {
		figures.Database = 0
	}
	return figures, nil
}

// services asks for a short message tomorrow, each time another: it is stored and waits, so that no delivery is in the figures.
func (m *dispatchesMeasure) services(bearer string) workload {
	first := m.numbers(1_000_000)
	tomorrow := time.Now().Add(24 * time.Hour)
	return workload{
		path:          servicesPath,
		contentType:   jsonType,
		authorization: func(int) string { return "Bearer " + bearer },
		form:          func(i int) string { return m.request(first+i, 2, tomorrow) },
		check: func(_ int, body []byte) error {
			if !bytes.Contains(body, []byte(`"scheduled"`)) {
				return errors.New("it is not scheduled")
			}
			return nil
		},
	}
}

// numbers sets so many apart.
func (m *dispatchesMeasure) numbers(n int) (first int) {
	first = m.entered
	m.entered += n
	return first
}

// request is one for a notification by the channel of a code.
func (m *dispatchesMeasure) request(number, channel int, at time.Time) string {
	return fmt.Sprintf(`{"provider_id":%d,"service_token":%q,"service_id":%d,"send_at":%q,"parameters":{"destination":%q,`+
		`"notification":{"Tittle":"Turno","Message":"Oftalmologo, numero %d, lunes a las 9:15","Cannel":%d}}}`,
		m.to.id, m.to.token, m.to.service, at.UTC().Format(time.RFC3339Nano), m.to.destination, number, channel)
}

// batches measures accept in batches.
func (m *dispatchesMeasure) batches(ctx context.Context, ours *server, bearer string) (sample, error) {
	count := max(4, 5*m.asked.requests/batchSize)
	figures, err := clocked(ctx, m.clock(ours.pid), m.enter(ctx, ours, bearer, count, batchSize, 2, time.Now().Add(24*time.Hour)))
	if err != nil {
		return sample{}, fmt.Errorf("accepting in batches: %w", err)
	}
	return figures.per(batchSize), nil
}

// enter enters batches of requests for a time. All must be accepted.
func (m *dispatchesMeasure) enter(ctx context.Context, ours *server, bearer string, count, size, channel int, at time.Time) many {
	first := m.numbers(count * size)
	work := workload{
		path:          batchPath,
		contentType:   jsonType,
		authorization: func(int) string { return "Bearer " + bearer },
		form: func(i int) string {
			items := make([]string, size)
			for j := range items {
				items[j] = m.request(first+i*size+j, channel, at)
			}
			return `{"items":[` + strings.Join(items, ",") + `]}`
		},
		check: func(_ int, body []byte) error {
			if stored := bytes.Count(body, []byte(`"status":201`)); stored != size {
				return errors.New(strconv.Itoa(stored) + " of a batch were accepted")
			}
			return nil
		},
	}
	return func() ([]time.Duration, time.Duration, error) {
		over, err := newLoader(ours.loader.base, ours.loader.roots, batchesAtOnce)
		if err != nil {
			return nil, 0, err
		}
		defer over.client.CloseIdleConnections()
		return over.run(ctx, work, count)
	}
}

// per are figures of what has so many in it, for each of them; latencies stay.
func (s sample) per(n int) sample {
	return sample{CPU: s.CPU / float64(n), Database: s.Database / float64(n), Rate: s.Rate * float64(n), P50: s.P50, P99: s.P99}
}
