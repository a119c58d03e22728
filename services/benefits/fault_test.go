package benefits_test

import (
	"bytes"
	"database/sql"
	"strings"
	"sync"
	"testing"
	"time"

	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
)

// journal is a log that a test reads.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(line []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(line)
}

func (j *journal) count(text string) int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return strings.Count(j.text.String(), text)
}

// faulty is a benefit whose rule fails for who is 70.
func faulty() *benefitsv1.Benefit {
	b := pension("d-faulty")
	b.Conditions[1].Expression = "100 / (70 - person.age) < 1000"
	b.Examples = []*benefitsv1.ExampleCase{
		example("una", eligible, map[string]any{"person.age": 71}), example("otra", notEligible, map[string]any{"person.age": 20}),
	}
	return b
}

const faultLine = "a rule of a published benefit fails"

// A rule that fails leaves its own condition undecided, and no other benefit. Operators are told, once a minute.
func TestAFaultyRuleStaysWithinItsBenefit(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		log := &journal{}
		p.Logs = log
		e := p.evaluated()
		e.enter(faulty())
		e.force("d-faulty", 1)
		p.Clock.Advance(time.Second)
		for range 3 {
			e.wantTold(&benefitsv1.EvaluateRequest{Subject: of(old), Terms: terms()},
				"c-zeta ELIGIBLE", "b-alta ELIGIBLE", "a-baja ELIGIBLE", "d-faulty POTENTIAL")
		}
		e.wantTold(&benefitsv1.EvaluateRequest{Subject: of(young), Terms: terms(), Outcomes: []benefitsv1.Outcome{notEligible}},
			"c-zeta NOT_ELIGIBLE", "b-alta NOT_ELIGIBLE", "a-baja NOT_ELIGIBLE", "d-faulty NOT_ELIGIBLE")
		if got := log.count(faultLine); got != 1 {
			t.Errorf("%d lines in a minute", got)
		}
		p.Clock.Advance(time.Minute)
		answer, err := e.Explain(e.asking(), &benefitsv1.ExplainRequest{Subject: of(old), Terms: terms(), BenefitId: "d-faulty"})
		check(t, err)
		got := answer.GetExplanations()[0]
		if c := got.GetConditions()[0]; !c.GetFaulty() || c.GetTruth() != benefitsv1.Truth_TRUTH_UNKNOWN || c.GetName() != "kind" {
			t.Errorf("the condition is %v", c)
		}
		if c := got.GetChanges(); len(c) != 1 || c[0] != "No se pudo decidir: Una frase." {
			t.Errorf("the changes are %q", c)
		}
		if got := log.count(faultLine); got != 2 {
			t.Errorf("%d lines after another minute", got)
		}
		if log.count(old) > 0 || log.count("p-old") > 0 {
			t.Error("the log has persons")
		}
	})
}

// A version that no longer compiles is one whose conditions are all undecided.
func TestAVersionThatDoesNotCompile(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		log := &journal{}
		p.Logs = log
		e := p.evaluated()
		// Nothing of the service does this.
		err := p.DB.InTx(t.Context(), func(tx *sql.Tx) error {
			_, err := tx.ExecContext(t.Context(), `DELETE FROM fact_definition WHERE name = 'person.kind'`)
			return err
		})
		check(t, err)
		e.wantTold(&benefitsv1.EvaluateRequest{Subject: of(old), Terms: terms()}, "c-zeta POTENTIAL", "b-alta POTENTIAL", "a-baja POTENTIAL")
		answer, err := e.Explain(e.asking(), &benefitsv1.ExplainRequest{Subject: of(young), Terms: terms(), BenefitId: "a-baja"})
		check(t, err)
		for _, c := range answer.GetExplanations()[0].GetConditions() {
			if !c.GetFaulty() || c.GetTruth() != benefitsv1.Truth_TRUTH_UNKNOWN || c.GetSentence() != "Una frase." {
				t.Errorf("the condition is %v", c)
			}
		}
		if got := log.count(faultLine); got != 3 {
			t.Errorf("%d lines for three versions", got)
		}
	})
}
