package admin

import (
	"context"

	"google.golang.org/protobuf/proto"

	"github.com/ventanilla/ventanilla/pkg/auditlog"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// accessLog is identity's.
type accessLog struct {
	client identityv1.AccessLogServiceClient
}

func (accessLog) keeper() string { return "identity" }

func (l accessLog) list(ctx context.Context, limit int, of auditlog.Filter) (proto.Message, []logEntry, error) {
	all, next, err := pages(limit, func(size int32, token string) ([]*identityv1.AccessEntry, string, error) {
		page, err := l.client.ListAccesses(ctx, &identityv1.ListAccessesRequest{
			PageSize: size, PageToken: token, Actor: of.Actor, Act: of.Act, Target: of.Target,
		})
		return page.GetEntries(), page.GetNextPageToken(), err
	})
	return &identityv1.ListAccessesResponse{Entries: all, NextPageToken: next}, logEntries(all), err
}

func (l accessLog) export(ctx context.Context, first int64, size int32) ([]logEntry, error) {
	page, err := l.client.ExportAccesses(ctx, &identityv1.ExportAccessesRequest{FirstLeaf: first, PageSize: size})
	return logEntries(page.GetEntries()), err
}

func (l accessLog) checkpoint(ctx context.Context) (logCheckpoint, error) {
	return l.client.GetAccessCheckpoint(ctx, &identityv1.GetAccessCheckpointRequest{})
}

func (l accessLog) prove(ctx context.Context, older, newer int64) ([][]byte, error) {
	answer, err := l.client.ProveAccessConsistency(ctx, &identityv1.ProveAccessConsistencyRequest{OldSize: older, NewSize: newer})
	return answer.GetHashes(), err
}
