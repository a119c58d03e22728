package main

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
)

// record has the samples of each kind of work, by server.
type record map[string]map[string][]sample

// subject is what the rounds send to the servers: tokens of partner, asked for
// with its secret, and asked about by the holder of the access token caller.
type subject struct {
	partner client
	caller  string
	token   string
	// unseen has tokens, one for each run and request, that the process which
	// is measured has not signed.
	unseen []string
}

// prepare gets the first tokens from the platform, and the answers that the
// baselines are to give.
func prepare(ctx context.Context, platform *loader, settings access) (subject, answers, error) {
	tokens := make([]string, 1)
	if _, err := platform.ask(ctx, issue(settings.Resource, tokens), 0); err != nil {
		return subject{}, answers{}, fmt.Errorf("getting the caller's token: %w", err)
	}
	s := subject{partner: settings.Partner, caller: tokens[0]}
	token, err := platform.ask(ctx, issue(s.partner, tokens), 0)
	if err != nil {
		return subject{}, answers{}, fmt.Errorf("getting the first token: %w", err)
	}
	s.token = tokens[0]
	info, err := platform.ask(ctx, s.warm(), 0)
	if err != nil {
		return subject{}, answers{}, fmt.Errorf("asking about the first token: %w", err)
	}
	return s, answers{Token: token, TokenInfo: info}, nil
}

// warm asks about the same token each time.
func (s subject) warm() workload {
	return introspect(s.caller, func(int) string { return s.token })
}

// once asks about each of tokens once.
func (s subject) once(tokens []string) workload {
	return introspect(s.caller, func(i int) string { return tokens[i] })
}

// rounds measures every kind of work on every server, runs times over.
func (s subject) rounds(ctx context.Context, servers []*server, asked options, progress func(string)) (record, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, fmt.Errorf("making a signing key: %w", err)
	}
	found := record{issueWork: {}, coldWork: {}, unseenWork: {}, warmWork: {}}
	for run := range asked.runs {
		one := func(name string, server *server, work workload) error {
			progress(fmt.Sprintf("run %d of %d: %s, %s", run+1, asked.runs, name, server.name))
			figures, err := server.measure(ctx, work, s.warm(), asked.requests)
			found[name][server.name] = append(found[name][server.name], figures)
			return err
		}
		var fresh []string
		for _, server := range servers {
			tokens := make([]string, asked.requests)
			if err := one(issueWork, server, issue(s.partner, tokens)); err != nil {
				return nil, err
			}
			if server.name == platformName {
				fresh = tokens
			}
		}
		progress(fmt.Sprintf("run %d of %d: %s", run+1, asked.runs, signatureName))
		figures, err := signatures(key, asked.requests)
		if err != nil {
			return nil, err
		}
		found[issueWork][signatureName] = append(found[issueWork][signatureName], figures)
		unseen := s.unseen[run*asked.requests:][:asked.requests]
		for _, kind := range []struct {
			name string
			work workload
		}{{coldWork, s.once(fresh)}, {unseenWork, s.once(unseen)}, {warmWork, s.warm()}} {
			for _, server := range servers {
				if err := one(kind.name, server, kind.work); err != nil {
					return nil, err
				}
			}
		}
	}
	return found, nil
}
