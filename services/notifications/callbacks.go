package notifications

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"go.opentelemetry.io/otel/metric"

	"github.com/ventanilla/ventanilla/services/notifications/internal/bounce"
	"github.com/ventanilla/ventanilla/services/notifications/internal/callback"
	"github.com/ventanilla/ventanilla/services/notifications/internal/webhook"
)

// callbacks tells providers of changes until its context ends.
type callbacks struct {
	client *webhook.Client
	worker *callback.Worker
}

func (s *Service) newCallbacks(meter metric.Meter) (*callbacks, error) {
	client, err := webhook.New(s.config.Callbacks, webhook.Options{Now: s.now})
	if err != nil {
		return nil, fmt.Errorf("callbacks.%w", err)
	}
	worker, err := callback.New(callback.Deps{
		Store: s.store, Caller: client, KEK: s.kek, Now: s.now, Jitter: rand.Float64, Logger: s.logger, Meter: meter,
	})
	if err != nil {
		return nil, errors.Join(err, client.Close())
	}
	return &callbacks{client, worker}, nil
}

// Run makes calls until ctx ends and none is under way any more.
func (c *callbacks) Run(ctx context.Context) error {
	return errors.Join(c.worker.Run(ctx), c.client.Close())
}

// takeBounces takes what comes back of mails, where the settings say so, until ctx ends.
func (s *Service) takeBounces(ctx context.Context) error {
	if s.config.Bounces.Listen == "" {
		return nil
	}
	server, err := bounce.Listen(ctx, s.config.Bounces, s, s.logger)
	if err != nil {
		return err
	}
	return server.Run(ctx)
}
