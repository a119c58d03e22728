package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// channel is how parts go; its code is /Services'.
type channel struct {
	name    string
	code    int
	arrived func(*carrierPeers) int
}

func (p *carrierPeers) atKannel() int { return int(p.kannel.Load()) }

var (
	smsChannel = channel{"SMS", 2, (*carrierPeers).atKannel}
	channels   = []channel{
		smsChannel,
		{"SAT", 1, (*carrierPeers).atKannel},
		{"FCM", 3, func(p *carrierPeers) int { return p.fcm.Taken() }},
		{"EMAIL", 4, func(p *carrierPeers) int { return int(p.mails.Load()) }},
		{"WEBHOOK", 5, func(p *carrierPeers) int { return int(p.hook.Load()) }},
	}
)

func deliveryWork(channel string) string { return "delivery by " + channel }

const (
	// partsPerRequest is how many parts are delivered in a run, for each request of a run.
	partsPerRequest = 5
	// enteredPerSecond is the least rate at which parts are entered before they are due, unless the machine is very slow.
	enteredPerSecond = 2500
	// deliveryTimeout bounds a run.
	deliveryTimeout = 5 * time.Minute
)

// deliver measures the delivery of parts that are all due at one moment, which is after all have been entered.
func (m *dispatchesMeasure) deliver(ctx context.Context, ours *server, by channel) (sample, error) {
	bearer, err := m.bearer(ctx, ours)
	if err != nil {
		return sample{}, err
	}
	size := min(batchSize, m.asked.requests)
	count := partsPerRequest * m.asked.requests / size
	at := time.Now().Add(3*time.Second + time.Duration(count*size)*time.Second/enteredPerSecond)
	before := by.arrived(m.peers)
	if _, _, err := m.enter(ctx, ours, bearer, count, size, by.code, at)(); err != nil {
		return sample{}, err
	}
	return m.arrivals(ctx, ours, by, before, count*size)
}

// arrivals measures from the first tenth of so many arrivals to the last.
func (m *dispatchesMeasure) arrivals(ctx context.Context, ours *server, by channel, before, n int) (sample, error) {
	ctx, cancel := context.WithTimeout(ctx, deliveryTimeout)
	defer cancel()
	if err := m.await(ctx, by, before+n/10); err != nil {
		return sample{}, err
	}
	rest := before + n - by.arrived(m.peers)
	if rest < n/2 {
		return sample{}, errors.New("parts were due before all were entered: the machine is too slow for this")
	}
	return clocked(ctx, m.clock(ours.pid), func() ([]time.Duration, time.Duration, error) {
		start := time.Now()
		err := m.await(ctx, by, before+n)
		return make([]time.Duration, rest), time.Since(start), err
	})
}

// await waits until so many messages have arrived.
func (m *dispatchesMeasure) await(ctx context.Context, by channel, n int) error {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for by.arrived(m.peers) < n {
		select {
		case <-ctx.Done():
			said, _ := os.ReadFile(m.path("log"))
			return fmt.Errorf("%d of %d parts have arrived: %w\n%s", by.arrived(m.peers), n, ctx.Err(), said[max(0, len(said)-4000):])
		case <-tick.C:
		}
	}
	return nil
}
