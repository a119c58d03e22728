package notifications

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/ventanilla/ventanilla/services/notifications/internal/carrier"
	"github.com/ventanilla/ventanilla/services/notifications/internal/carrier/fcm"
	"github.com/ventanilla/ventanilla/services/notifications/internal/carrier/kannel"
	"github.com/ventanilla/ventanilla/services/notifications/internal/carrier/sandbox"
	"github.com/ventanilla/ventanilla/services/notifications/internal/carrier/smtp"
	webhookcarrier "github.com/ventanilla/ventanilla/services/notifications/internal/carrier/webhook"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/routing"
	"github.com/ventanilla/ventanilla/services/notifications/internal/webhook"
)

// newRouter makes a client for each carrier of the settings. Receipts go to the service.
func (s *Service) newRouter() (*routing.Router, error) {
	var carriers []routing.Carrier
	for _, name := range slices.Sorted(maps.Keys(s.config.Carriers)) {
		config := s.config.Carriers[name]
		client, err := s.newClient(config)
		if err != nil {
			err = fmt.Errorf("carriers.%s.%s.%w", name, config.Kind, err)
			return nil, errors.Join(err, s.route(carriers).Close())
		}
		channels := carried[config.Kind]
		if len(config.Channels) > 0 {
			channels = named[message.Channel](config.Channels)
		}
		carriers = append(carriers, routing.Carrier{
			Name: name, Channels: channels, DataSets: named[message.DataSet](config.DataSets), Weight: config.Weight,
			Concurrency: config.Concurrency, PerSecond: config.PerSecond, Timeout: config.Timeout, Client: client,
		})
	}
	return s.route(carriers), nil
}

func (s *Service) route(carriers []routing.Carrier) *routing.Router {
	return routing.New(carriers, routing.Options{Now: s.now, Logger: s.logger})
}

func (s *Service) newClient(c CarrierConfig) (carrier.Client, error) {
	switch c.Kind {
	case kindKannel:
		return kannel.New(c.Kannel, s.now)
	case kindFCM:
		return fcm.New(c.FCM, s.now)
	case kindSMTP:
		return smtp.New(c.SMTP, smtp.Options{BouncesDomain: s.config.Bounces.Domain, Now: s.now})
	case kindWebhook:
		return webhookcarrier.New(c.Webhook, webhook.Options{Now: s.now})
	}
	return sandbox.New(c.Sandbox, s, sandbox.Time())
}

func named[T ~string](names []string) []T {
	all := make([]T, len(names))
	for i, name := range names {
		all[i] = T(name)
	}
	return all
}
