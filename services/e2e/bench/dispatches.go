package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/notifications"
)

// dispatchesSchema is the bench's beside the platform's on PostgreSQL, with equal tables.
const dispatchesSchema = "bench_dispatches"

// dispatchesFound is what the dispatches part found.
type dispatchesFound struct {
	// backlog is how many parts waited in the runs beside a backlog.
	backlog int
	// accepts are of requests one by one and in batches, deliveries of parts.
	accepts, deliveries record
}

// dispatchesMeasure is the dispatches part under way.
type dispatchesMeasure struct {
	platform
	asked    options
	progress func(string)
	found    *dispatchesFound
	// own are the bench's tables.
	own    *store.DB
	direct database
	// postmaster is PostgreSQL's first process; 0 for SQLite.
	postmaster int
	peers      *carrierPeers
	to         provider
	// entered counts what was entered, so that no two are the same.
	entered int
}

// dispatches measures what accepts dispatches, and what delivers them.
func (p platform) dispatches(ctx context.Context, asked options, progress func(string)) (*dispatchesFound, error) {
	m := &dispatchesMeasure{platform: p, asked: asked, progress: progress}
	m.found = &dispatchesFound{backlog: asked.backlog, accepts: record{}, deliveries: record{}}
	group, serving := errgroup.WithContext(ctx)
	serving, stop := context.WithCancel(serving)
	err := m.all(ctx, serving, group)
	stop()
	if m.own != nil {
		err = errors.Join(err, m.own.Close())
	}
	return m.found, errors.Join(err, group.Wait())
}

func (m *dispatchesMeasure) all(ctx, serving context.Context, group *errgroup.Group) (err error) {
	m.direct = database{URL: "sqlite:" + m.path("dispatches.db"), Schema: dispatchesSchema}
	if m.postgres != "" {
		m.direct.URL = m.postgres
		m.more = append(slices.Clone(m.more), "--set", "notifications.store.url="+m.postgres)
		if m.postmaster, err = findPostmaster(ctx, m.postgres); err != nil {
			return err
		}
	}
	if m.own, err = m.direct.openWith(ctx, notifications.Migrations()); err != nil {
		return err
	}
	if m.peers, err = startCarrierPeers(serving, group, m.dir); err != nil {
		return err
	}
	if err := m.life(ctx, m.peers.settings(), m.empty); err != nil {
		return err
	}
	return m.backlogs(ctx)
}

// empty measures all on a queue in which nothing waits.
func (m *dispatchesMeasure) empty(ctx context.Context, ours *server, to access) error {
	if err := m.introduce(ctx, to); err != nil {
		return err
	}
	if err := m.accepts(ctx, ours); err != nil {
		return err
	}
	for run := range m.asked.runs {
		for _, channel := range channels {
			m.progress(fmt.Sprintf("run %d of %d: delivery by %s", run+1, m.asked.runs, channel.name))
			figures, err := m.deliver(ctx, ours, channel)
			if err != nil {
				return fmt.Errorf("delivering by %s: %w", channel.name, err)
			}
			m.found.deliveries.add(deliveryWork(channel.name), platformName, figures)
		}
	}
	return nil
}

// life starts the platform with settings of carriers, and stops it when do has returned.
func (m *dispatchesMeasure) life(ctx context.Context, carriers []string, do func(ctx context.Context, ours *server, to access) error) error {
	p := m.platform
	p.more = append(slices.Clone(m.more), carriers...)
	return p.life(ctx, do)
}

// clock is the clock of the platform's process, and of all of PostgreSQL's.
func (m *dispatchesMeasure) clock(pid int) func(context.Context) (own, database cpuTimes, err error) {
	return func(context.Context) (own, database cpuTimes, err error) {
		if m.postmaster != 0 {
			if database, err = postmasterCPU(m.postmaster); err != nil {
				return nil, nil, err
			}
		}
		own, err = readCPU(pid)
		return own, database, err
	}
}
