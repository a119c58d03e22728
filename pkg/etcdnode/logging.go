package etcdnode

import (
	"context"
	"log/slog"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// harmless are messages about nothing that an operator could mend.
var harmless = map[string]bool{
	// Errors while a new member has not written its first batch. It settles the matter by itself a few seconds later.
	"Failed to detect schema version":  true,
	"failed to update storage version": true,
	// Warnings about the health socket beside a listener with TLS.
	"scheme is http or unix while key and cert files are present; ignoring key and cert files":           true,
	"scheme is http or unix while --client-cert-auth is enabled; ignoring client cert auth for this URL": true,
}

// newZap returns etcd's logger: entries of the given level and above go to the handler. Those at which etcd
// would end the process panic instead, so that Start can return them.
func newZap(level zapcore.LevelEnabler, handler slog.Handler) *zap.Logger {
	return zap.New(&bridge{LevelEnabler: level, handler: handler}, zap.WithFatalHook(zapcore.WriteThenPanic))
}

// bridge is a zapcore.Core that writes to a slog.Handler.
type bridge struct {
	zapcore.LevelEnabler
	handler slog.Handler
}

func (b *bridge) With(fields []zapcore.Field) zapcore.Core {
	return &bridge{LevelEnabler: b.LevelEnabler, handler: b.handler.WithAttrs(attrs(fields))}
}

func (b *bridge) Check(entry zapcore.Entry, checked *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if b.Enabled(entry.Level) && !harmless[entry.Message] && b.handler.Enabled(context.Background(), level(entry.Level)) {
		return checked.AddCore(entry, b)
	}
	return checked
}

func (b *bridge) Write(entry zapcore.Entry, fields []zapcore.Field) error {
	record := slog.NewRecord(entry.Time, level(entry.Level), entry.Message, 0)
	record.AddAttrs(attrs(fields)...)
	return b.handler.Handle(context.Background(), record)
}

func (b *bridge) Sync() error { return nil }

func level(l zapcore.Level) slog.Level {
	if l >= zapcore.ErrorLevel {
		return slog.LevelError
	}
	return slog.LevelWarn
}

func attrs(fields []zapcore.Field) []slog.Attr {
	encoded := zapcore.NewMapObjectEncoder()
	for _, field := range fields {
		field.AddTo(encoded)
	}
	list := make([]slog.Attr, 0, len(encoded.Fields))
	for key, value := range encoded.Fields {
		list = append(list, slog.Any(key, value))
	}
	return list
}
