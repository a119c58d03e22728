package store

import (
	"context"
	"database/sql"
	"database/sql/driver"

	"github.com/XSAM/otelsql"
	"go.opentelemetry.io/otel/attribute"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
)

// instrument opens a handle whose statements are measured, and traced where their context is.
// Spans carry the SQL text with its placeholders, never a value: arguments are left out, and of an
// error only its code is kept, since a server's messages can quote values.
func (db *DB) instrument(connector driver.Connector, use string, options Options) (*sql.DB, error) {
	settings := []otelsql.Option{
		otelsql.WithTracerProvider(options.Tracer),
		otelsql.WithMeterProvider(options.Meter),
		otelsql.WithAttributes(db.Engine.system(), semconv.DBClientConnectionPoolName(use)),
		otelsql.WithSpanOptions(otelsql.SpanOptions{
			OmitConnResetSession: true,
			OmitConnPrepare:      true,
			OmitRows:             true,
			RecordError:          func(error) bool { return false },
			SpanFilter: func(ctx context.Context, _ otelsql.Method, _ string, _ []driver.NamedValue) bool {
				return trace.SpanFromContext(ctx).IsRecording()
			},
		}),
		otelsql.WithSpanErrorAttributesGetter(func(err error) []attribute.KeyValue {
			return []attribute.KeyValue{semconv.ErrorTypeKey.String(code(err))}
		}),
		otelsql.WithDisableSkipErrMeasurement(true),
	}
	handle := otelsql.OpenDB(connector, settings...)
	db.closeLater(handle)
	stats, err := otelsql.RegisterDBStatsMetrics(handle, settings...)
	if err != nil {
		return nil, err
	}
	db.closers = append(db.closers, stats.Unregister)
	return handle, nil
}

func (e Engine) system() attribute.KeyValue {
	if e == PostgreSQL {
		return semconv.DBSystemNamePostgreSQL
	}
	return semconv.DBSystemNameSQLite
}
