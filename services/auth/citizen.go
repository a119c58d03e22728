package auth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/ventanilla/ventanilla/pkg/nationalid"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	"github.com/ventanilla/ventanilla/services/auth/internal/claveunica"
	"github.com/ventanilla/ventanilla/services/auth/internal/store"
)

// retryUnconfigured is when to come back where no ClaveÚnica is configured.
const retryUnconfigured = time.Minute

// citizens is where their tokens are asked about, by data set.
type citizens map[store.DataSet]*claveunica.Client

func newCitizens(config ClaveUnica, meters metric.MeterProvider, logger *slog.Logger) (citizens, error) {
	requests, err := claveunica.Requests(meters)
	if err != nil {
		return nil, fmt.Errorf("making the metric of ClaveÚnica: %w", err)
	}
	all := citizens{}
	for set, url := range map[store.DataSet]string{store.Production: config.UserinfoURL, store.Staging: config.StagingUserinfoURL} {
		if url == "" {
			continue
		}
		all[set] = claveunica.New(claveunica.Options{
			URL: url, Timeout: config.Timeout, Pause: config.Pause, Requests: requests,
			Attributes: []attribute.KeyValue{attribute.String("ventanilla.data_set", string(set))},
			Logger:     logger.With("data_set", set),
		})
	}
	return all, nil
}

func (c citizens) close() {
	for _, client := range c {
		client.Close()
	}
}

// askedRUT is the RUT that a client means. It fails with FIELD_INVALID.
func askedRUT(in *authv1.CitizenToken) (string, error) {
	rut, err := nationalid.Parse(nationalid.RUT, in.GetRut())
	if err != nil {
		return "", rpcerr.Invalid("citizen.rut", err.Error())
	}
	return rut, nil
}

// check asks whose a token is, and fails unless it is that of the citizen with a RUT: with CITIZEN_TOKEN_INVALID,
// CITIZEN_MISMATCH or UNAVAILABLE. Callers must not ask again at once: each time may take seconds.
func (c citizens) check(ctx context.Context, set store.DataSet, token, rut string) error {
	client, ok := c[set]
	if !ok {
		once(ctx)
		return rpcerr.New(errorsv1.Reason_REASON_UNAVAILABLE, "no ClaveÚnica is configured for the data set", rpcerr.RetryAfter(retryUnconfigured))
	}
	own, err := client.RUT(ctx, token)
	switch {
	case errors.Is(err, claveunica.ErrToken):
		return rpcerr.New(errorsv1.Reason_REASON_CITIZEN_TOKEN_INVALID, "ClaveÚnica does not know the citizen's token")
	case errors.Is(err, claveunica.ErrAway):
		once(ctx)
		return rpcerr.Wrap(errorsv1.Reason_REASON_UNAVAILABLE, err, "ClaveÚnica cannot be asked", rpcerr.RetryAfter(client.RetryAfter()))
	case err != nil:
		return err
	case own != rut:
		return rpcerr.New(errorsv1.Reason_REASON_CITIZEN_MISMATCH, "the token is another citizen's")
	}
	return nil
}
