package kannel_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/notifications/internal/carrier/kannel"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

func ask(handler http.Handler, method, target string) *http.Response {
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, httptest.NewRequest(method, target, http.NoBody))
	return answer.Result()
}

func TestReports(t *testing.T) {
	r := &receiver{}
	handler := kannel.Handler(r, slog.New(slog.DiscardHandler))
	for kind, want := range map[string]message.Receipt{
		"1":  {Token: "t", Outcome: message.OutcomeDelivered, Detail: "dlr 1"},
		"2":  {Token: "t", Outcome: message.OutcomeFailed, Reason: message.Undelivered, Detail: "dlr 2"},
		"4":  {Token: "t", Outcome: message.OutcomeSent, Detail: "dlr 4"},
		"8":  {Token: "t", Outcome: message.OutcomeSent, Detail: "dlr 8"},
		"16": {Token: "t", Outcome: message.OutcomeRejected, Reason: message.Undelivered, Detail: "dlr 16"},
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			r.receipts = nil
			if got := ask(handler, method, kannel.ReceiptsPath+"?token=t&type="+kind); got.StatusCode != http.StatusOK {
				t.Errorf("%s %s: %s", method, kind, got.Status)
			}
			if len(r.receipts) != 1 || r.receipts[0] != want {
				t.Errorf("%s %s: got %+v", method, kind, r.receipts)
			}
		}
	}
}

func TestReportsThatAreNone(t *testing.T) {
	r := &receiver{}
	handler := kannel.Handler(r, slog.New(slog.DiscardHandler))
	for target, want := range map[string]int{
		"GET " + kannel.ReceiptsPath:                                               http.StatusBadRequest,
		"GET " + kannel.ReceiptsPath + "?token=t":                                  http.StatusBadRequest,
		"GET " + kannel.ReceiptsPath + "?type=1":                                   http.StatusBadRequest,
		"GET " + kannel.ReceiptsPath + "?token=t&type=-1":                          http.StatusBadRequest,
		"GET " + kannel.ReceiptsPath + "?token=t&type=one":                         http.StatusBadRequest,
		"GET " + kannel.ReceiptsPath + "?type=1&token=" + strings.Repeat("t", 257): http.StatusBadRequest,
		"GET " + kannel.ReceiptsPath + "?token=t&type=32":                          http.StatusOK,
		"PUT " + kannel.ReceiptsPath + "?token=t&type=1":                           http.StatusMethodNotAllowed,
		"HEAD " + kannel.ReceiptsPath + "?token=t&type=1":                          http.StatusMethodNotAllowed,
		"GET /receipts?token=t&type=1":                                             http.StatusNotFound,
	} {
		method, path, _ := strings.Cut(target, " ")
		if got := ask(handler, method, path); got.StatusCode != want {
			t.Errorf("%s: got %s, want %d", target, got.Status, want)
		}
	}
	if len(r.receipts) != 0 {
		t.Errorf("got %+v", r.receipts)
	}
}

// TestReportsThatAreNotStored asks to be told again, and leaves tokens out of the log.
func TestReportsThatAreNotStored(t *testing.T) {
	for _, err := range []error{sqlstore.ErrUnavailable, errors.New("broken")} {
		r := &receiver{failed: err}
		var log strings.Builder
		got := ask(kannel.Handler(r, slog.New(slog.NewTextHandler(&log, nil))), http.MethodGet, kannel.ReceiptsPath+"?token=secret&type=1")
		if got.StatusCode != http.StatusServiceUnavailable || got.Header.Get("Retry-After") == "" {
			t.Errorf("got %s", got.Status)
		}
		if strings.Contains(log.String(), "secret") || (log.Len() > 0) == errors.Is(err, sqlstore.ErrUnavailable) {
			t.Errorf("%v: the log has %q", err, log.String())
		}
	}
}

// slowReceiver keeps reports waiting.
type slowReceiver struct{ began, release chan struct{} }

// Receive waits.
func (s slowReceiver) Receive(context.Context, message.Receipt) error {
	s.began <- struct{}{}
	<-s.release
	return nil
}

func TestReportsAreTakenSoManyAtATime(t *testing.T) {
	slow := slowReceiver{make(chan struct{}), make(chan struct{})}
	handler := kannel.Handler(slow, slog.New(slog.DiscardHandler))
	var asking sync.WaitGroup
	target := kannel.ReceiptsPath + "?token=t&type=1"
	for range kannel.MaxReports {
		asking.Go(func() {
			if got := ask(handler, http.MethodGet, target); got.StatusCode != http.StatusOK {
				t.Errorf("got %s", got.Status)
			}
		})
		<-slow.began
	}
	if got := ask(handler, http.MethodGet, target); got.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("one too many got %s", got.Status)
	}
	close(slow.release)
	asking.Wait()
}

// TestTheListenerEndsGracefully lets a report that is under way be stored.
func TestTheListenerEndsGracefully(t *testing.T) {
	slow := slowReceiver{make(chan struct{}), make(chan struct{})}
	listener, err := kannel.Listen(t.Context(), kannel.Receipts{Listen: "127.0.0.1:0"}, slow, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- listener.Serve(ctx) }()
	answered := make(chan error, 1)
	go func() {
		client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		answer, err := client.Get("http://" + listener.Addr().String() + kannel.ReceiptsPath + "?token=t&type=1")
		if err == nil {
			_, err = io.Copy(io.Discard, answer.Body)
			answer.Body.Close()
			if answer.StatusCode != http.StatusOK {
				err = errors.New(answer.Status)
			}
		}
		answered <- err
	}()
	<-slow.began
	cancel()
	close(slow.release)
	if err := <-answered; err != nil {
		t.Error(err)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
}

// TestConnectionsAreBounded keeps as many open as may be, and has one more wait.
func TestConnectionsAreBounded(t *testing.T) {
	listener, err := kannel.Listen(t.Context(), kannel.Receipts{Listen: "127.0.0.1:0"}, &receiver{}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- listener.Serve(ctx) }()
	target := "http://" + listener.Addr().String() + kannel.ReceiptsPath
	var idle []*http.Transport
	for range kannel.MaxConnections {
		kept := new(http.Transport)
		idle = append(idle, kept)
		answer, err := (&http.Client{Transport: kept}).Get(target)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, answer.Body) // so that the connection is kept
		answer.Body.Close()
	}
	last := &http.Client{Transport: new(http.Transport)}
	asking, stop := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer stop()
	request, err := http.NewRequestWithContext(asking, http.MethodGet, target, nil)
	if err != nil {
		t.Fatal(err)
	}
	if answer, err := last.Do(request); err == nil {
		answer.Body.Close()
		t.Error("one too many was served")
	}
	for _, kept := range idle {
		kept.CloseIdleConnections()
	}
	if answer, err := last.Get(target); err != nil {
		t.Errorf("when there is room again: %v", err)
	} else {
		answer.Body.Close()
	}
	last.CloseIdleConnections()
	cancel()
	if err := <-served; err != nil {
		t.Error(err)
	}
}

func FuzzReport(f *testing.F) {
	f.Add("token=d1-1-1-mac&type=1")
	f.Add("token=%25&type=16&type=1")
	f.Add("type=99999999999999999999")
	f.Fuzz(func(t *testing.T, text string) {
		query, err := url.ParseQuery(text)
		if err != nil {
			return
		}
		receipt, known, err := kannel.Decode(query)
		if err != nil && (known || receipt != message.Receipt{}) {
			t.Errorf("got %+v beside an error", receipt)
		}
		if known != (receipt.Outcome != "") || err == nil && (receipt.Token == "" || len(receipt.Token) > 256) {
			t.Errorf("got %v %+v", known, receipt)
		}
	})
}
