package claveunica

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/ventanilla/ventanilla/pkg/nationalid"
)

// answer is what is read of userinfo's. The number comes as a number or as a string.
type answer struct {
	RolUnico *struct {
		Number json.Number `json:"numero"`
		Digit  string      `json:"DV"`
	} `json:"RolUnico"`
}

// read finds the RUT in an answer. What the JSON library says of one that is wrong would repeat parts of it.
func read(text []byte) (string, error) {
	if len(text) > maxAnswer {
		return "", errors.New("its answer is too long")
	}
	var says answer
	if err := json.Unmarshal(text, &says); err != nil {
		return "", errors.New("its answer is not the JSON that is expected")
	}
	if says.RolUnico == nil {
		return "", errors.New("its answer has no RolUnico")
	}
	rut, err := nationalid.Parse(nationalid.RUT, says.RolUnico.Number.String()+"-"+says.RolUnico.Digit)
	if err != nil {
		return "", errors.New("the RUT of its answer is not valid")
	}
	return rut, nil
}

// wellFormed tells whether a token can stand in a header (RFC 6750, 2.1).
func wellFormed(token string) bool {
	body := strings.TrimRight(token, "=")
	return body != "" && len(token) <= maxToken && !strings.ContainsFunc(body, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-._~+/", r)
	})
}

// Requests makes the counter of calls.
func Requests(meters metric.MeterProvider) (metric.Int64Counter, error) {
	return meters.Meter("github.com/ventanilla/ventanilla/services/auth/internal/claveunica").Int64Counter(
		"ventanilla.auth.clave_unica.requests", metric.WithUnit("{call}"),
		metric.WithDescription("Citizens' tokens that ClaveÚnica was to be asked about, by what came of it."))
}

func (c *Client) count(ctx context.Context, outcome string) {
	c.opts.Requests.Add(ctx, 1, metric.WithAttributes(c.opts.Attributes...),
		metric.WithAttributes(attribute.String("ventanilla.clave_unica.outcome", outcome)))
}
