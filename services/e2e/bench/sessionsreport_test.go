package main

import (
	"strings"
	"testing"
	"time"
)

func TestReportOfSessions(t *testing.T) {
	found := &sessionsFound{calls: record{}, logins: record{}, fronts: record{}}
	for _, work := range comparedWorks {
		found.fronts.add(work, platformName, sample{CPU: 0.12})
		found.fronts.add(work, passThroughName, sample{CPU: 0.1})
		found.calls.add(work, platformName, sample{CPU: 0.3, Database: 0.1, Rate: 2000})
		found.calls.add(work, passThroughName, sample{CPU: 0.15, Database: 0.1, Rate: 3000})
	}
	found.calls[readWork][passThroughName][0].CPU = 0.3
	found.logins.add(loginWork, platformName, sample{CPU: 29, Database: 1, Rate: 40})
	found.logins.add(loginWork, hashName, sample{CPU: 24, Rate: 50})
	for i := range 20 {
		found.unknown = append(found.unknown, time.Duration(30+i)*time.Millisecond)
		found.wrong = append(found.wrong, time.Duration(30+i)*time.Millisecond)
	}
	r := newReport(options{connections: 16}, measured{sessions: found})
	var table strings.Builder
	if err := r.writeTable(&table); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"validar_sesion            pass-through         0.150       0.100        3000",
		"iniciar_sesion            Argon2id            24.000           -          50",
		"listar_cliente, filtered  CPU of ventanilla is 1.60 of pass-through of the same RPC; goal at most 1.50: MISSED\n",
		"listar_cliente, filtered  CPU of ventanilla is 1.20 of pass-through, without what is behind them; 0.120 and 0.100 s/1000\n",
		"leer_empresa              CPU of ventanilla is 1.00 of pass-through of the same RPC; goal at most 1.50: met\n",
		"iniciar_sesion            CPU of ventanilla is 1.25 of its Argon2id hash alone; the hash is 80 % of a login: 19456 KiB, 2 passes, 4 at once\n",
		"refused logins            unknown user 39.50 ms, wrong password 39.50 ms, medians of 20 each; Mann-Whitney U 0.500 of all pairs, p = 1.000\n",
	} {
		if !strings.Contains(table.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, &table)
		}
	}
	if got := r.missed(); got != 3 {
		t.Errorf("%d goals missed, want 3", got)
	}
}
