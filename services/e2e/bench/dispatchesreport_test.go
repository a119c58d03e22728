package main

import (
	"strings"
	"testing"
)

func TestReportOfDispatches(t *testing.T) {
	found := &dispatchesFound{backlog: 1000, accepts: record{}, deliveries: record{}}
	for _, connections := range acceptors {
		found.accepts.add(acceptWork(connections), platformName, sample{CPU: 0.3, Database: 0.1, Rate: 2000, P99: 31})
		found.accepts.add(acceptWork(connections), passThroughName, sample{CPU: 0.1, Rate: 8000})
		found.accepts.add(acceptWork(connections), pgbenchName, sample{Database: 0.4, Rate: 1000})
	}
	found.accepts.add(batchWork, platformName, sample{Rate: 21_000})
	found.accepts.add(batchWork, insertName, sample{Rate: 42_000})
	for _, channel := range channels {
		found.deliveries.add(deliveryWork(channel.name), platformName, sample{CPU: 0.2, Rate: 1000})
	}
	for backlog, rate := range map[string]float64{heldBacklog: 0.9, dueBacklog: 0.7} {
		found.accepts.add(beside(acceptWork(comparedAt), backlog), platformName, sample{CPU: 0.5, Rate: 2000 * rate})
		found.deliveries.add(beside(deliveryWork(smsChannel.name), backlog), platformName, sample{CPU: 0.2, Rate: 1000 * rate})
	}
	r := newReport(options{connections: 16}, measured{dispatches: found})
	var table strings.Builder
	if err := r.writeTable(&table); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"delivery by WEBHOOK       ventanilla           0.200      inside        1000",
		"accept, 32                0.25; goal at least 0.35: MISSED\n",
		"2000 a second of 8000 of pass-through; or 3000 a second\n",
		"accept, 32, p99 in ms     31.00; goal at most 30.00: MISSED\n",
		"accept, 32, database      0.25; goal at most 0.50: met\n",
		"accept in batches         0.50; goal at least 0.60: met\n",
		"accept, 32, held          0.90; goal at least 0.80: met\n",
		"1800 of 2000 a second on an empty queue, with 1000 parts waiting; CPU s/1000 0.500 and 0.400\n",
		"delivery by SMS, due      0.70; goal at least 0.80: MISSED\n",
	} {
		if !strings.Contains(table.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, &table)
		}
	}
	if got := r.missed(); got != 4 {
		t.Errorf("%d goals missed", got)
	}
}
