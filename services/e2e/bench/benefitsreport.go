package main

import "fmt"

const (
	streamWork = "benefits in bulk, person"
	// queriesName stands in for a server in the row of the facts read.
	queriesName = "SQL alone"
)

// addBenefits fills in what the benefits part showed.
func (r *report) addBenefits(found benefitsFound) {
	cpu := func(work, server string) float64 { return medians(found.calls[work][server]).CPU }
	for _, work := range []string{warmBenefits, coldBenefits} {
		for _, server := range []string{platformName, passThroughName, bareHandlerName} {
			samples := found.calls[work][server]
			r.Rows = append(r.Rows, row{work, server, medians(samples), samples})
		}
		r.Comparisons = append(r.Comparisons, comparison{
			Work: work, Of: passThroughName, Ratio: cpu(work, platformName) / cpu(work, passThroughName),
			Note: fmt.Sprintf("it reads facts of one of %d persons, enters the read and decides %d benefits, of which %.0f are told in %.1f kB",
				found.citizens, found.rules, found.answered, found.bytes/1e3),
		})
	}
	r.Comparisons = append(r.Comparisons, comparison{
		Work: coldBenefits, Of: warmBenefits, Ratio: cpu(coldBenefits, platformName) / cpu(warmBenefits, platformName),
		Note: "ClaveÚnica is asked and an internal token signed for each call",
	})
	streamed := make([]sample, len(found.bulk))
	for i, run := range found.bulk {
		streamed[i] = run.figures
	}
	ours, direct := medians(streamed), medians(found.direct)
	r.Rows = append(r.Rows, row{streamWork, platformName, ours, streamed}, row{streamWork, queriesName, direct, found.direct})
	figure := func(of func(bulk) float64) float64 { return median(found.bulk, of) }
	n := float64(found.citizens)
	r.Comparisons = append(r.Comparisons, comparison{
		Work: streamWork, Of: "reading the same facts with keyed SQL", Ratio: (ours.CPU + ours.Database) / (direct.CPU + direct.Database),
		Note: fmt.Sprintf("%d persons, %d benefits, of which a person may have %.0f: %.1f s, %.0f persons a second; SQL alone %.1f s; latencies are of %d persons; anonymous memory of all roles at most %.0f MB, %.0f in the first tenth",
			found.citizens, found.rules, figure(func(b bulk) float64 { return b.found }), n/ours.Rate, ours.Rate, n/direct.Rate, bulkBatch,
			figure(func(b bulk) float64 { return b.most }), figure(func(b bulk) float64 { return b.first })),
	})
}
