package main

import (
	"context"
	"fmt"
	"sync"
)

// firstLife starts the platform on no data, gets from it what the rounds send,
// and stops it. The next process is another one to these tokens: its keys
// verify them, but it has not signed them itself.
func (p platform) firstLife(ctx context.Context, asked options) (subject, answers, error) {
	var running sync.WaitGroup
	defer running.Wait()
	ctx, stop := context.WithCancel(ctx)
	defer stop()

	server, settings, err := p.start(ctx, &running)
	if err != nil {
		return subject{}, answers{}, err
	}
	if p.postgres != "" {
		if err := p.registerClients(ctx, &settings); err != nil {
			return subject{}, answers{}, err
		}
	}
	work, reply, err := prepare(ctx, server.loader, settings)
	if err != nil {
		return subject{}, answers{}, err
	}
	if asked.only == stressPart {
		return work, reply, nil
	}
	if work.others, err = p.registerOthers(ctx, settings); err != nil {
		return subject{}, answers{}, err
	}
	n := asked.runs * asked.requests
	work.unseen, work.callers = make([]string, n), make([]string, n)
	for _, kind := range []struct {
		by     client
		tokens []string
	}{{work.partner, work.unseen}, {settings.Resource, work.callers}} {
		if _, _, err := server.loader.run(ctx, issue(kind.by, kind.tokens), n); err != nil {
			return subject{}, answers{}, fmt.Errorf("issuing tokens for a later process: %w", err)
		}
	}
	return work, reply, nil
}
