package main

import (
	"fmt"

	"github.com/ventanilla/ventanilla/services/session"
)

// addSessions fills in what the sessions part showed.
func (r *report) addSessions(found sessionsFound) {
	add := func(from record, work string, servers ...string) {
		for _, server := range servers {
			samples := from[work][server]
			r.Rows = append(r.Rows, row{work, server, medians(samples), samples})
		}
	}
	all := func(from record, work, server string) float64 {
		of := medians(from[work][server])
		return of.CPU + of.Database
	}
	for _, work := range comparedWorks {
		add(found.calls, work, platformName, passThroughName)
		ratio := all(found.calls, work, platformName) / all(found.calls, work, passThroughName)
		r.Comparisons = append(r.Comparisons, comparison{work, passThroughName + " of the same RPC", ratio, 1.5, ratio > 1.5, ""})
		front, passing := medians(found.fronts[work][platformName]).CPU, medians(found.fronts[work][passThroughName]).CPU
		r.Comparisons = append(r.Comparisons, comparison{
			Work: work, Of: passThroughName + ", without what is behind them", Ratio: front / passing, Note: fmt.Sprintf("%.3f and %.3f s/1000", front, passing),
		})
	}
	add(found.logins, loginWork, platformName, hashName)
	login, hash := all(found.logins, loginWork, platformName), all(found.logins, loginWork, hashName)
	settings := session.DefaultConfig().Passwords
	r.Comparisons = append(r.Comparisons, comparison{
		Work: loginWork, Of: "its " + hashName + " hash alone", Ratio: login / hash,
		Note: fmt.Sprintf("the hash is %.0f %% of a login: %d KiB, %d passes, %d at once", 100*hash/login, settings.MemoryKiB, settings.Passes, settings.Concurrent),
	})
	r.Tellings = append(r.Tellings, newTelling("refused logins", "unknown user", "wrong password", found.unknown, found.wrong))
}
