package history

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/anishathalye/porcupine"
)

// Violation is a view of a history that no order of events explains, or none that was found in time.
type Violation struct {
	// Undecided says that the search was given up.
	Undecided bool

	view       view
	operations []Operation
	model      porcupine.Model
	info       porcupine.LinearizationInfo
}

// Check looks for an order of events for each view of the history, which may have retirements of keys that no token of
// the client was signed with, and returns the views that have none. The search in
// a view is given up after patience.
func Check(operations []Operation, patience time.Duration) []*Violation {
	operations = concerning(operations)
	var found []*Violation
	for _, v := range views(operations) {
		m := model()
		result, info := porcupine.CheckOperationsVerbose(m, v.operations, patience)
		if result != porcupine.Ok {
			found = append(found, &Violation{
				Undecided: result == porcupine.Unknown, view: v, operations: operations, model: m, info: info,
			})
		}
	}
	return found
}

// String tells what cannot be explained, and the history.
func (v *Violation) String() string {
	var text strings.Builder
	if v.Undecided {
		fmt.Fprintf(&text, "%s: no order of events was found in time\n", v.view.name)
	} else {
		fmt.Fprintf(&text, "%s: no order of events explains the answers\n%s", v.view.name, v.stuck())
	}
	byCall := slices.SortedFunc(slices.Values(v.operations), func(a, b Operation) int { return cmp.Compare(a.Call, b.Call) })
	for _, o := range byCall {
		fmt.Fprintf(&text, "%10s to %10s  worker %d  %s\n", milliseconds(o.Call), milliseconds(o.Return), o.Worker, o)
	}
	return text.String()
}

// stuck tells where the longest order of events ends, and which answer had to be explained next.
func (v *Violation) stuck() string {
	var longest []porcupine.Operation
	for _, orders := range v.info.PartialLinearizationsOperations() {
		for _, order := range orders {
			if len(order) > len(longest) {
				longest = order
			}
		}
	}
	s := v.model.Init()
	for _, o := range longest {
		_, s = v.model.Step(s, o.Input, o.Output)
	}
	rest := slices.DeleteFunc(slices.Clone(v.view.operations), func(o porcupine.Operation) bool {
		return slices.ContainsFunc(longest, func(placed porcupine.Operation) bool { return placed.Input == o.Input })
	})
	next := slices.MinFunc(rest, func(a, b porcupine.Operation) int { return cmp.Compare(a.Return, b.Return) })
	return fmt.Sprintf("after %s\nnone of this: %v\n", v.model.DescribeState(s), next.Input)
}

// Visualize writes a page that shows the view, to be opened in a browser.
func (v *Violation) Visualize(w io.Writer) error {
	if err := porcupine.Visualize(v.model, v.info, w); err != nil {
		return fmt.Errorf("drawing a history: %w", err)
	}
	return nil
}

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.1fms", float64(d)/float64(time.Millisecond))
}
