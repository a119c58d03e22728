package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/crypto/argon2"

	"github.com/ventanilla/ventanilla/services/session"
)

const (
	// hashName stands in for a server in the row of the hash that a login makes.
	hashName = "Argon2id"
	// loginShare is of how many requests one login is measured: its hash takes long by intent.
	loginShare = 40
)

// sessionsFound is what the sessions part found.
type sessionsFound struct {
	// calls are of the operations and of pass keys, logins of logins and of their hashes.
	calls, logins record
	// fronts are of the calls too, without what is behind gateway and pass-through: only CPU.
	fronts record
	// unknown and wrong are how long logins of unknown users took, and those with wrong passwords.
	unknown, wrong []time.Duration
}

// sessionsMeasure is the sessions part under way.
type sessionsMeasure struct {
	*sessionRoles
	asked    options
	progress func(string)
	found    *sessionsFound
	parties  parties
	to       reception
	// passing is the pass-through.
	passing *server
	// postmaster is PostgreSQL's first process; 0 for SQLite.
	postmaster int
}

// sessions measures operations and pass keys beside the same RPCs, and logins.
func (p platform) sessions(ctx context.Context, asked options, progress func(string)) (*sessionsFound, error) {
	var running sync.WaitGroup
	defer running.Wait()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	progress("starting the roles")
	m := &sessionsMeasure{asked: asked, progress: progress, found: &sessionsFound{calls: record{}, logins: record{}, fronts: record{}}}
	var err error
	if p.postgres != "" {
		if m.postmaster, err = findPostmaster(ctx, p.postgres); err != nil {
			return nil, err
		}
	}
	if m.sessionRoles, err = p.startSessionRoles(ctx, &running); err != nil {
		return nil, err
	}
	to := m.callee("session", gatewayRole)
	if m.passing, err = startBaseline(ctx, &running, sessionPassName, answers{Sessions: &to}, p.connections); err != nil {
		return nil, err
	}
	m.passing.name, m.pids = passThroughName, append(m.pids, m.passing.pid)
	var hangUp func()
	if m.to, hangUp, err = m.receive(); err != nil {
		return nil, err
	}
	defer hangUp()
	progress("entering accounts, customers and pass keys")
	if m.parties, err = m.to.enter(ctx); err != nil {
		return nil, err
	}
	for run := range asked.runs {
		if err := m.round(ctx, run); err != nil {
			return nil, err
		}
	}
	return m.found, nil
}

// round measures every kind of work once.
func (m *sessionsMeasure) round(ctx context.Context, run int) error {
	internal, err := m.to.internal(ctx, m.parties.token)
	if err != nil {
		return err
	}
	rest, rpc := m.parties.rest(), m.parties.rpc(internal)
	for _, name := range comparedWorks {
		for _, one := range []struct {
			on   *server
			work workload
		}{{m.edge, rest[name]}, {m.passing, rpc[name]}} {
			m.progress(fmt.Sprintf("run %d of %d: %s, %s", run+1, m.asked.runs, name, one.on.name))
			figures, front, err := m.measure(ctx, one.on, one.work, m.asked.requests)
			if err != nil {
				return err
			}
			m.found.calls.add(name, one.on.name, figures)
			m.found.fronts.add(name, one.on.name, front)
		}
	}
	if err := m.login(ctx, run); err != nil {
		return err
	}
	m.progress(fmt.Sprintf("run %d of %d: refused logins", run+1, m.asked.runs))
	return m.refused(ctx, run)
}

// measure is of all processes but the loader's, whichever is asked; front is the CPU of that which is.
func (m *sessionsMeasure) measure(ctx context.Context, on *server, work workload, n int) (all, front sample, err error) {
	if _, _, err := on.loader.run(ctx, work, 4*on.loader.connections); err != nil {
		return all, front, fmt.Errorf("warming up %s: %w", on.name, err)
	}
	before, err := readCPU(on.pid)
	if err != nil {
		return all, front, err
	}
	all, err = clocked(ctx, m.clock, func() ([]time.Duration, time.Duration, error) { return on.loader.run(ctx, work, n) })
	if err != nil {
		return all, front, fmt.Errorf("loading %s: %w", on.name, err)
	}
	after, err := readCPU(on.pid)
	return all, sample{CPU: after.since(before).Seconds() / float64(n) * 1000}, err
}

// clock is the clock of the roles and the pass-through, and of all of PostgreSQL's processes.
func (m *sessionsMeasure) clock(context.Context) (own, database cpuTimes, err error) {
	if m.postmaster != 0 {
		if database, err = postmasterCPU(m.postmaster); err != nil {
			return nil, nil, err
		}
	}
	own, err = readCPU(m.pids...)
	return own, database, err
}

// login measures right logins, and then the hashes that they make, as many at once as session makes.
func (m *sessionsMeasure) login(ctx context.Context, run int) error {
	n := max(1, m.asked.requests/loginShare)
	m.progress(fmt.Sprintf("run %d of %d: %s", run+1, m.asked.runs, loginWork))
	figures, _, err := m.measure(ctx, m.edge, m.parties.login(m.parties.user, m.parties.password, has(`"claveSesion":`, 1)), n)
	if err != nil {
		return err
	}
	m.found.logins.add(loginWork, platformName, figures)
	m.progress(fmt.Sprintf("run %d of %d: %s", run+1, m.asked.runs, hashName))
	settings := session.DefaultConfig().Passwords
	figures, err = clocked(ctx, ownCPU, each(ctx, settings.Concurrent, n, func(context.Context, int) error {
		argon2.IDKey([]byte(m.parties.password), make([]byte, 16), settings.Passes, settings.MemoryKiB, 1, 32)
		return nil
	}))
	m.found.logins.add(loginWork, hashName, figures)
	return err
}
