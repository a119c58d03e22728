package main

import "fmt"

// addDispatches fills in what the dispatches part showed.
func (r *report) addDispatches(found dispatchesFound) {
	add := func(from record, work string, servers ...string) {
		for _, server := range servers {
			if samples := from[work][server]; len(samples) > 0 {
				r.Rows = append(r.Rows, row{work, server, medians(samples), samples})
			}
		}
	}
	for _, connections := range acceptors {
		add(found.accepts, acceptWork(connections), platformName, passThroughName, insertName, pgbenchName)
	}
	add(found.accepts, batchWork, platformName, insertName)
	for _, channel := range channels {
		add(found.deliveries, deliveryWork(channel.name), platformName)
	}
	for _, backlog := range []string{heldBacklog, dueBacklog} {
		add(found.accepts, beside(acceptWork(comparedAt), backlog), platformName)
		add(found.deliveries, beside(deliveryWork(smsChannel.name), backlog), platformName)
	}
	r.compareAccepts(found.accepts)
	r.compareBacklogs(found)
}

// compareAccepts holds accept against the pass-through and against the same rows without it.
func (r *report) compareAccepts(accepts record) {
	work := acceptWork(comparedAt)
	ours, empty := medians(accepts[work][platformName]), medians(accepts[work][passThroughName])
	rate := atLeast(work, 0.35, ours.Rate/empty.Rate, fmt.Sprintf("%.0f a second of %.0f of %s; or 3000 a second", ours.Rate, empty.Rate, passThroughName))
	rate.Missed = rate.Missed && ours.Rate < 3000
	r.Endurance = append(r.Endurance, rate, atMost("accept, 32, p99 in ms", 30, ours.P99, fmt.Sprintf("p50 %.1f", ours.P50)))
	if single := accepts[work][pgbenchName]; len(single) > 0 {
		alone := medians(single)
		r.Endurance = append(r.Endurance, atMost("accept, 32, database", 0.5, ours.Database/alone.Database, fmt.Sprintf(
			"CPU of PostgreSQL: %.3f s/1000, and %.3f with the same rows in a transaction each; %.0f and %.0f a second",
			ours.Database, alone.Database, ours.Rate, alone.Rate)))
	}
	batches, limit := medians(accepts[batchWork][platformName]), medians(accepts[batchWork][insertName])
	batched := atLeast(batchWork, 0.6, batches.Rate/limit.Rate, fmt.Sprintf(
		"%.0f a second of %.0f through the driver in transactions of as many; or 20000 a second; latencies are of batches of %d", batches.Rate, limit.Rate, batchSize))
	batched.Missed = batched.Missed && batches.Rate < 20_000
	r.Endurance = append(r.Endurance, batched)
}

// compareBacklogs holds accept and delivery beside a backlog against those of an empty queue.
func (r *report) compareBacklogs(found dispatchesFound) {
	for _, backlog := range []string{heldBacklog, dueBacklog} {
		for _, of := range []struct {
			work string
			from record
		}{{acceptWork(comparedAt), found.accepts}, {deliveryWork(smsChannel.name), found.deliveries}} {
			work := beside(of.work, backlog)
			empty, with := medians(of.from[of.work][platformName]), medians(of.from[work][platformName])
			r.Endurance = append(r.Endurance, atLeast(work, 0.8, with.Rate/empty.Rate, fmt.Sprintf(
				"%.0f of %.0f a second on an empty queue, with %d parts waiting; CPU s/1000 %.3f and %.3f",
				with.Rate, empty.Rate, found.backlog, with.CPU+with.Database, empty.CPU+empty.Database)))
		}
	}
}

func atMost(work string, goal, ratio float64, note string) endurance {
	return endurance{Work: work, Ratio: ratio, AtMost: goal, Missed: ratio > goal, Note: note}
}
