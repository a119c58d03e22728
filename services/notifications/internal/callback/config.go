package callback

import "github.com/ventanilla/ventanilla/services/notifications/internal/webhook"

// Config is the section "callbacks" of the service's configuration: where providers may be called.
type Config = webhook.Config

// DefaultConfig allows the public Internet only.
func DefaultConfig() Config { return webhook.DefaultConfig() }
