package store_test

import (
	"crypto/sha256"
	"path/filepath"
	"testing"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

// Whether a pass key holds, and whatever is wrong with it, it is looked for by one statement, the same.
func TestAPassKeyIsLookedForInOneWay(t *testing.T) {
	spans := tracetest.NewSpanRecorder()
	tracer := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans))
	clock := time.Now()
	s := store.New(open(t, "sqlite:"+filepath.Join(t.TempDir(), "session.db"), tracer), func() time.Time { return clock })
	f, err := s.CreateFunctionality(t.Context(), "ana", store.Functionality{Key: "f", DataSet: store.Production, ClientID: "c", PassKeyLife: time.Minute})
	check(t, err)
	id, err := s.Beneficiary(t.Context(), "c", store.Production, "p", "u")
	check(t, err)
	token := store.Token{Hash: sha256.Sum256([]byte("token")), SessionID: "s", BeneficiaryID: id, ExpiresAt: clock.Add(time.Hour)}
	check(t, s.CreateToken(t.Context(), token))
	good := store.Redemption{Hash: sha256.Sum256([]byte("key")), FunctionalityKey: f.Key, ClientID: "c", DataSet: store.Production}
	_, _, err = s.CreatePassKey(t.Context(), store.NewPassKey{Hash: good.Hash, Token: token.Hash, FunctionalityKey: f.Key, Context: []byte{}})
	check(t, err)

	asked := func(name string, r store.Redemption, holds bool) (text string) {
		spans.Reset()
		ctx, root := tracer.Tracer("test").Start(t.Context(), "request")
		_, err := s.PassKey(ctx, r)
		root.End()
		texts := textsOf(spans)
		if (err == nil) != holds || len(texts) != 1 {
			t.Fatalf("%s: %v by %d statements", name, err, len(texts))
		}
		return texts[0]
	}
	want := asked("good", good, true)
	for name, change := range map[string]func(*store.Redemption){
		"unknown":       func(r *store.Redemption) { r.Hash[0]++ },
		"functionality": func(r *store.Redemption) { r.FunctionalityKey = "\x00" },
		"client":        func(r *store.Redemption) { r.ClientID = "d" },
		"data set":      func(r *store.Redemption) { r.DataSet = store.Staging },
	} {
		r := good
		change(&r)
		if got := asked(name, r, false); got != want {
			t.Errorf("%s: looked for by %s", name, got)
		}
	}
	clock = clock.Add(time.Hour)
	if got := asked("over", good, false); got != want {
		t.Errorf("one that is over is looked for by %s", got)
	}
}
