package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
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
}

// goodput is the good answers a second.
func (o outcome) goodput() float64 { return float64(o.good) / o.wall.Seconds() }

// offered is the requests a second.
func (o outcome) offered() float64 { return float64(o.good+o.refused) / o.wall.Seconds() }

// runAt sends requests 0 to n-1 of a workload, so many a second as far as the loader's connections are free. An
// answer is good, or it refuses with 429 or 503 and says when to come back; any other ends the run.
func (l *loader) runAt(ctx context.Context, work workload, n int, rate float64) (outcome, error) {
	answers := make([]time.Duration, n) // 0 for refused
	var next atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	start := time.Now()
	for range l.connections {
		group.Go(func() error {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				if err := until(ctx, start.Add(time.Duration(float64(i)/rate*float64(time.Second)))); err != nil {
					return err
				}
				sent := time.Now()
				good, err := l.try(ctx, work, i)
				if err != nil {
					return err
				}
				if good {
					answers[i] = time.Since(sent)
				}
			}
			return nil
		})
	}
	err := group.Wait()
	found := outcome{wall: time.Since(start)}
	for _, latency := range answers {
		if latency > 0 {
			found.latencies = append(found.latencies, latency)
		}
	}
	found.good = len(found.latencies)
	found.refused = n - found.good
	return found, err
}

func until(ctx context.Context, at time.Time) error {
	timer := time.NewTimer(time.Until(at))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// try sends request i and tells whether it was served; a refusal that is not as documented is an error.
func (l *loader) try(ctx context.Context, work workload, i int) (bool, error) {
	request, err := l.request(ctx, work, i)
	if err != nil {
		return false, err
	}
	response, err := l.client.Do(request)
	if err != nil {
		return false, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, answerLimit))
	if err != nil {
		return false, fmt.Errorf("reading the answer of %s: %w", work.path, err)
	}
	switch response.StatusCode {
	case http.StatusOK:
		return true, work.check(i, body)
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		if response.Header.Get("Retry-After") != "" {
			return false, nil
		}
	}
	return false, fmt.Errorf("%s answered %s, Retry-After %q: %s", work.path, response.Status, response.Header.Get("Retry-After"), body)
}

func (l *loader) request(ctx context.Context, work workload, i int) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, l.base+work.path, strings.NewReader(work.form(i)))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", formType)
	request.Header.Set("Accept", "application/json")
	if work.authorization != "" {
		request.Header.Set("Authorization", work.authorization)
	}
	return request, nil
}
