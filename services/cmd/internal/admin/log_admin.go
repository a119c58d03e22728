package admin

import (
	"context"

	"google.golang.org/protobuf/proto"

	"github.com/ventanilla/ventanilla/pkg/auditlog"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// adminLog is auth's.
type adminLog struct{ client authv1.LogServiceClient }

func (adminLog) keeper() string { return "auth" }

func (l adminLog) list(ctx context.Context, limit int, of auditlog.Filter) (proto.Message, []logEntry, error) {
	all, next, err := pages(limit, func(size int32, token string) ([]*authv1.LogEntry, string, error) {
		page, err := l.client.ListLogEntries(ctx, &authv1.ListLogEntriesRequest{
			PageSize: size, PageToken: token, Actor: of.Actor, Act: of.Act, Target: of.Target,
		})
		return page.GetEntries(), page.GetNextPageToken(), err
	})
	return &authv1.ListLogEntriesResponse{Entries: all, NextPageToken: next}, logEntries(all), err
}

func (l adminLog) export(ctx context.Context, first int64, size int32) ([]logEntry, error) {
	page, err := l.client.ExportLogEntries(ctx, &authv1.ExportLogEntriesRequest{FirstLeaf: first, PageSize: size})
	return logEntries(page.GetEntries()), err
}

func (l adminLog) checkpoint(ctx context.Context) (logCheckpoint, error) {
	return l.client.GetCheckpoint(ctx, &authv1.GetCheckpointRequest{})
}

func (l adminLog) prove(ctx context.Context, older, newer int64) ([][]byte, error) {
	answer, err := l.client.ProveConsistency(ctx, &authv1.ProveConsistencyRequest{OldSize: older, NewSize: newer})
	return answer.GetHashes(), err
}
