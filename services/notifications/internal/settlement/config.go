package settlement

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/ventanilla/ventanilla/pkg/config"
)

const (
	prefix = "whsec_"
	// shortest is how long a key is at least, in bytes.
	shortest = 24
)

// Config is the section of the payment provider. Without a secret no call is believed.
type Config struct {
	// Secret is what the payment provider signs with, "whsec_" and base64.
	Secret config.Secret `koanf:"secret"`
	// Previous is the one before, while calls may still be signed with it.
	Previous config.Secret `koanf:"previous"`
}

// Validate names the key whose value cannot be used.
func (c Config) Validate() error {
	_, err := c.keys()
	return err
}

func (c Config) keys() (keys []*standardwebhooks.Webhook, err error) {
	for _, one := range []struct {
		name   string
		secret config.Secret
	}{{"secret", c.Secret}, {"previous", c.Previous}} {
		if one.secret == "" {
			continue
		}
		key, err := parse(one.secret.Reveal())
		if err != nil {
			return nil, fmt.Errorf("%s: %w", one.name, err)
		}
		webhook, err := standardwebhooks.NewWebhookRaw(key)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", one.name, err)
		}
		keys = append(keys, webhook)
	}
	return keys, nil
}

// parse reads a secret, which its error does not repeat.
func parse(secret string) ([]byte, error) {
	text, named := strings.CutPrefix(secret, prefix)
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil || !named || len(key) < shortest {
		return nil, errors.New(`must be "whsec_" and the base64 of at least 24 bytes`)
	}
	return key, nil
}
