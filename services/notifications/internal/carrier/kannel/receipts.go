package kannel

import (
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/notifications/internal/carrier"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

// ReceiptsPath is where Kannel brings its delivery reports.
const ReceiptsPath = "/receipts/kannel"

const (
	// maxToken bounds a token, in bytes.
	maxToken = 256
	// maxReports bounds how many reports are taken at a time.
	maxReports = 64
)

// report is what one of Kannel's delivery reports means.
type report struct {
	outcome message.Outcome
	reason  message.Reason
}

// reports are Kannel's, by type (dlr-mask).
var reports = map[int]report{
	1:  {message.OutcomeDelivered, ""},                 // delivered to the phone
	2:  {message.OutcomeFailed, message.Undelivered},   // not delivered to the phone
	4:  {message.OutcomeSent, ""},                      // queued on the centre
	8:  {message.OutcomeSent, ""},                      // taken by the centre
	16: {message.OutcomeRejected, message.Undelivered}, // refused by the centre
}

// reportsWanted asks for all of them.
const reportsWanted = 1 | 2 | 4 | 8 | 16

var errReport = errors.New("a report has a token and a type")

// decode reads a report. known is false for one of a type that says nothing to us.
func decode(query url.Values) (receipt message.Receipt, known bool, err error) {
	token := query.Get("token")
	kind, err := strconv.ParseUint(query.Get("type"), 10, 16)
	if err != nil || token == "" || len(token) > maxToken {
		return message.Receipt{}, false, errReport
	}
	report, known := reports[int(kind)]
	return message.Receipt{
		Token: token, Outcome: report.outcome, Reason: report.reason, Detail: "dlr " + strconv.FormatUint(kind, 10),
	}, known, nil
}

// Handler takes delivery reports. Kannel repeats those that it gets no 200 or 202 for as often as its http-request-retry says, which is
// never by default. An unknown token is answered like a known one.
func Handler(receiver carrier.Receiver, logger *slog.Logger) http.Handler {
	room := make(chan struct{}, maxReports)
	mux := http.NewServeMux()
	mux.HandleFunc(ReceiptsPath, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodPost {
			w.Header().Set("Allow", "GET, POST")
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		select {
		case room <- struct{}{}:
			defer func() { <-room }()
		default:
			again(w)
			return
		}
		receipt, known, err := decode(r.URL.Query())
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		if !known {
			return
		}
		if err := receiver.Receive(r.Context(), receipt); err != nil {
			if !errors.Is(err, sqlstore.ErrUnavailable) && r.Context().Err() == nil {
				logger.ErrorContext(r.Context(), "a delivery report could not be stored", "error", err)
			}
			again(w)
		}
	})
	return mux
}

// again asks to be told later.
func again(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "1")
	w.WriteHeader(http.StatusServiceUnavailable)
}
