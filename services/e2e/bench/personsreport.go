package main

import "fmt"

const (
	importWork      = "import of persons"
	importTenthWork = "import, last tenth"
	cardWork        = "card issue"
)

// addPersons fills in what the identity part showed.
func (r *report) addPersons(found personsFound) {
	cpu := func(work, server string) float64 { return medians(found.profiles[work][server]).CPU }
	sizes := []int{fewPersons, found.persons}
	for _, persons := range sizes {
		for _, of := range []struct{ work, server string }{
			{keyWork(persons), platformName}, {tokenWork(persons), platformName}, {keyWork(persons), passThroughName},
		} {
			samples := found.profiles[of.work][of.server]
			r.Rows = append(r.Rows, row{of.work, of.server, medians(samples), samples})
		}
		for _, work := range []string{keyWork(persons), tokenWork(persons)} {
			ratio := cpu(work, platformName) / cpu(keyWork(persons), passThroughName)
			r.Comparisons = append(r.Comparisons, comparison{work, passThroughName + " with one read and one entry", ratio, 1.5, ratio > 1.5, ""})
		}
	}
	grown := cpu(keyWork(found.persons), platformName) / cpu(keyWork(fewPersons), platformName)
	r.Comparisons = append(r.Comparisons, comparison{
		Work: keyWork(found.persons), Of: "its own " + keyWork(fewPersons), Ratio: grown,
		Note: fmt.Sprintf("that of %s is %.2f", passThroughName, cpu(keyWork(found.persons), passThroughName)/cpu(keyWork(fewPersons), passThroughName)),
	})
	r.Rows = append(r.Rows,
		row{cardWork, platformName, found.issued, []sample{found.issued}}, row{cardWork, insertName, found.copied, []sample{found.copied}})
	r.Comparisons = append(r.Comparisons, comparison{
		Work: cardWork, Of: "an Ed25519 signature and one durable insertion", Ratio: found.issued.CPU / found.copied.CPU,
		Note: fmt.Sprintf("%.0f and %.0f a second, %d at once", found.issued.Rate, found.copied.Rate, r.Connections),
	})
	in, direct := found.imported, found.direct
	r.Endurance = append(r.Endurance, atLeast(importWork, 0.7, in.Rate/direct.Rate, fmt.Sprintf(
		"%.0f of %.0f rows a second of the same through the driver, %d rows; at most resident: the command %.0f MB, the platform with all its roles %.0f MB",
		in.Rate, direct.Rate, in.Rows, in.Command, found.peak)))
	if in.FirstTenth > 0 {
		r.Endurance = append(r.Endurance, atLeast(importTenthWork, 0.6, in.LastTenth/in.FirstTenth, fmt.Sprintf(
			"%.0f of %.0f rows a second of the first tenth; through the driver %.0f of %.0f", in.LastTenth, in.FirstTenth, direct.LastTenth, direct.FirstTenth)))
	}
}

// insertName stands in for a server in the row of cards.
const insertName = "insertion"

func atLeast(work string, goal, ratio float64, note string) endurance {
	return endurance{Work: work, Ratio: ratio, AtLeast: goal, Missed: ratio < goal, Note: note}
}
