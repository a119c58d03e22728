package main

import (
	"context"
	"fmt"
)

// record has the samples of each kind of work, by server.
type record map[string]map[string][]sample

func (r record) add(work, server string, figures sample) {
	if r[work] == nil {
		r[work] = map[string][]sample{}
	}
	r[work][server] = append(r[work][server], figures)
}

// subject is what the rounds send to the servers: tokens of partner, asked for
// with its secret, and asked about by the holder of the access token caller.
type subject struct {
	partner client
	caller  string
	token   string
	// unseen has tokens, one for each run and request, that the process which
	// is measured has not signed.
	unseen []string
	// callers has as many access tokens of the resource server, none of which was ever shown.
	callers []string
	// others are partners whose tokens are signed with other algorithms, by the name of the work.
	others map[string]client
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
	return introspect(s.one, func(int) string { return s.token })
}

// once asks about each of tokens once.
func (s subject) once(tokens []string) workload {
	return introspect(s.one, func(i int) string { return tokens[i] })
}

// signed is warm with signed answers.
func (s subject) signed() workload {
	return introspectSigned(s.one, func(int) string { return s.token })
}

// strangers is warm with each of callers as the caller once.
func (s subject) strangers(callers []string) workload {
	return introspect(func(i int) string { return callers[i] }, func(int) string { return s.token })
}

// one is the caller of every request.
func (s subject) one(int) string { return s.caller }

// rounds measures every kind of work on every server, runs times over. The first server is the platform.
func (s subject) rounds(ctx context.Context, servers []*server, asked options, progress func(string)) (record, error) {
	signers, err := newSigners()
	if err != nil {
		return nil, err
	}
	found := record{}
	for run := range asked.runs {
		one := func(name string, work workload, servers ...*server) error {
			for _, server := range servers {
				progress(fmt.Sprintf("run %d of %d: %s, %s", run+1, asked.runs, name, server.name))
				figures, err := server.measure(ctx, work, s.warm(), asked.requests)
				if err != nil {
					return err
				}
				found.add(name, server.name, figures)
			}
			return nil
		}
		sign := func(name string) error {
			progress(fmt.Sprintf("run %d of %d: %s, %s", run+1, asked.runs, name, signatureName))
			figures, err := signatures(ctx, signers[name], asked.requests)
			found.add(name, signatureName, figures)
			return err
		}
		part := func(of []string) []string { return of[run*asked.requests:][:asked.requests] }
		fresh := make([]string, asked.requests)
		own, baselines := servers[:1], servers[1:]
		for _, step := range []func() error{
			func() error { return one(issueWork, issue(s.partner, fresh), own...) },
			func() error { return one(issueWork, issue(s.partner, make([]string, asked.requests)), baselines...) },
			func() error { return sign(issueWork) },
			func() error {
				return one(issueES256, issue(s.others[issueES256], make([]string, asked.requests)), own...)
			},
			func() error { return sign(issueES256) },
			func() error {
				return one(issueEdDSA, issue(s.others[issueEdDSA], make([]string, asked.requests)), own...)
			},
			func() error { return sign(issueEdDSA) },
			func() error { return one(coldWork, s.once(fresh), servers...) },
			func() error { return one(unseenWork, s.once(part(s.unseen)), servers...) },
			func() error { return one(warmWork, s.warm(), servers...) },
			func() error { return one(signedWork, s.signed(), own...) },
			func() error { return one(callersWork, s.strangers(part(s.callers)), own...) },
		} {
			if err := step(); err != nil {
				return nil, err
			}
		}
	}
	return found, nil
}
