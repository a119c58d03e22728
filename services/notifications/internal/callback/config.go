package callback

import "github.com/ventanilla/ventanilla/pkg/egress"

// Config is the section "callbacks" of the service's configuration: where providers may be called.
type Config = egress.Config

// DefaultConfig allows the public Internet only.
func DefaultConfig() Config { return egress.DefaultConfig() }
