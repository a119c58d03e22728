package main

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// outcome is what became of requests that were sent at a rate, answered or not.
type outcome struct {
	good, refused int
	// latencies are those of the good answers.
	latencies []time.Duration
	wall      time.Duration
	// asking is how long requests were sent, serving how long good answers came: refusals are held, and come after.
	asking, serving time.Duration
}

// goodput is the good answers a second.
func (o outcome) goodput() float64 { return float64(o.good) / o.serving.Seconds() }

// offered is the requests a second.
func (o outcome) offered() float64 { return float64(o.good+o.refused) / o.asking.Seconds() }

// runAt sends requests 0 to n-1 of a workload, so many a second as far as the wires are free. An
// answer is good, or it refuses with 429 or 503 and says when to come back; any other ends the run.
func (l *loader) runAt(ctx context.Context, over []*wire, work workload, n int, rate float64) (outcome, error) {
	answers := make([]time.Duration, n) // 0 for refused
	sentAt, servedAt := make([]time.Duration, n), make([]time.Duration, n)
	var next atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	start := time.Now()
	for _, w := range over {
		group.Go(func() error {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				if err := until(ctx, start.Add(time.Duration(float64(i)/rate*float64(time.Second)))); err != nil {
					return err
				}
				sent := time.Now()
				sentAt[i] = sent.Sub(start)
				answer, err := w.ask(l.raw(work, i))
				if err != nil {
					return err
				}
				good, err := answer.served(work, i)
				if err != nil {
					return err
				}
				if good {
					answers[i], servedAt[i] = time.Since(sent), time.Since(start)
				}
			}
			return nil
		})
	}
	err := group.Wait()
	found := outcome{wall: time.Since(start), asking: slices.Max(sentAt), serving: max(slices.Max(servedAt), time.Nanosecond)}
	for _, latency := range answers {
		if latency > 0 {
			found.latencies = append(found.latencies, latency)
		}
	}
	found.good = len(found.latencies)
	found.refused = n - found.good
	return found, err
}

// until waits, unless it is that late already.
func until(ctx context.Context, at time.Time) error {
	if time.Until(at) <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(time.Until(at))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

func (l *loader) request(ctx context.Context, work workload, i int) (*http.Request, error) {
	method, path, body := http.MethodPost, work.path, ""
	if work.get != nil {
		method, path = http.MethodGet, work.get(i)
	} else {
		body = work.form(i)
	}
	request, err := http.NewRequestWithContext(ctx, method, l.base+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	if work.get == nil {
		request.Header.Set("Content-Type", cmp.Or(work.contentType, formType))
	}
	request.Header.Set("Accept", cmp.Or(work.accept, jsonType))
	if work.authorization != nil {
		request.Header.Set("Authorization", work.authorization(i))
	}
	if work.address != nil {
		request.Header.Set("X-Forwarded-For", work.address(i))
	}
	return request, nil
}
