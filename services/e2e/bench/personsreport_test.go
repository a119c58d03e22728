package main

import (
	"strings"
	"testing"
)

func TestReportOfPersons(t *testing.T) {
	cpu := func(ours, token, pass float64) (key, other map[string][]sample) {
		return map[string][]sample{platformName: {{CPU: ours}}, passThroughName: {{CPU: pass}}}, map[string][]sample{platformName: {{CPU: token}}}
	}
	found := &personsFound{
		persons: 5000, profiles: record{},
		imported: imported{pace: pace{Rows: 4000, Rate: 700, FirstTenth: 800, LastTenth: 400}, Command: 50},
		direct:   pace{Rate: 1000, FirstTenth: 1000, LastTenth: 990},
		peak:     120, issued: sample{CPU: 1, Rate: 100}, copied: sample{CPU: 0.25, Rate: 300},
	}
	found.profiles[keyWork(fewPersons)], found.profiles[tokenWork(fewPersons)] = cpu(0.3, 0.32, 0.2)
	found.profiles[keyWork(5000)], found.profiles[tokenWork(5000)] = cpu(0.6, 0.2, 0.2)
	r := newReport(options{connections: 16}, measured{persons: found})
	var table strings.Builder
	if err := r.writeTable(&table); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"profile, key, 1000        CPU of ventanilla is 1.50 of pass-through with one read and one entry; goal at most 1.50: met\n",
		"profile, token, 1000      CPU of ventanilla is 1.60 of pass-through with one read and one entry; goal at most 1.50: MISSED\n",
		"profile, key, 5000        CPU of ventanilla is 3.00 of pass-through with one read and one entry; goal at most 1.50: MISSED\n",
		"profile, token, 5000      CPU of ventanilla is 1.00 of pass-through with one read and one entry; goal at most 1.50: met\n",
		"profile, key, 5000        CPU of ventanilla is 2.00 of its own profile, key, 1000; that of pass-through is 1.00\n",
		"card issue                CPU of ventanilla is 4.00 of an Ed25519 signature and one durable insertion; 100 and 300 a second, 16 at once\n",
		"import of persons         0.70; goal at least 0.70: met\n",
		"700 of 1000 rows a second of the same through the driver, 4000 rows; at most resident: the command 50 MB, the platform with all its roles 120 MB\n",
		"import, last tenth        0.50; goal at least 0.60: MISSED\n",
		"400 of 800 rows a second of the first tenth; through the driver 990 of 1000\n",
	} {
		if !strings.Contains(table.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, &table)
		}
	}
	if got := r.missed(); got != 3 {
		t.Errorf("%d goals missed, want 3", got)
	}
}
