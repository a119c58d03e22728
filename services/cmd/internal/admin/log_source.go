package admin

import (
	"context"

	"github.com/alecthomas/kong"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/auditlog"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// entriesPage is the most that the platform lists at once.
const entriesPage = 500

// platformLog is one of the platform's tamper-evident logs, as its RPCs give it.
type platformLog interface {
	// keeper is the role that seals it.
	keeper() string
	// list returns entries, newest first, also as the message that JSON shows.
	list(ctx context.Context, limit int, of auditlog.Filter) (proto.Message, []logEntry, error)
	// export returns sealed entries in the order of their leaves.
	export(ctx context.Context, first int64, size int32) ([]logEntry, error)
	checkpoint(ctx context.Context) (logCheckpoint, error)
	prove(ctx context.Context, older, newer int64) (hashes [][]byte, err error)
}

type logEntry interface {
	GetLeaf() int64
	GetAt() *timestamppb.Timestamp
	GetActor() string
	GetAct() string
	GetTarget() string
	GetText() string
	GetHash() []byte
}

type logCheckpoint interface {
	proto.Message
	GetCheckpoint() string
	GetVerifierKey() string
}

// AfterApply makes the admin log the one that the commands are about.
func (Logs) AfterApply(parsed *kong.Context, conn *grpc.ClientConn) error {
	parsed.BindTo(adminLog{authv1.NewLogServiceClient(conn)}, (*platformLog)(nil))
	return nil
}

// AfterApply makes the access log the one that the commands are about.
func (Accesses) AfterApply(parsed *kong.Context, conn *grpc.ClientConn) error {
	parsed.BindTo(accessLog{identityv1.NewAccessLogServiceClient(conn)}, (*platformLog)(nil))
	return nil
}

// pages asks for pages until there are as many entries as wanted, or no more.
func pages[E any](limit int, page func(size int32, token string) ([]E, string, error)) (all []E, next string, err error) {
	for {
		some, token, err := page(int32(min(limit-len(all), entriesPage)), next)
		if err != nil {
			return nil, "", err
		}
		if all, next = append(all, some...), token; next == "" || len(all) >= limit {
			return all, next, nil
		}
	}
}

func logEntries[E logEntry](in []E) []logEntry {
	out := make([]logEntry, len(in))
	for i, entry := range in {
		out[i] = entry
	}
	return out
}
