package e2e

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// benefitsRows are the endpoints of decisions about benefits, for clients of every family and data set, each in its own.
func (p *platform) benefitsRows() []row {
	asking := func(path, body string) func() call {
		return func() call {
			return call{path: path, header: http.Header{"Content-Type": {"application/json"}}, body: strings.NewReader(body)}
		}
	}
	why := `"terms":{"purpose":"la matriz"}`
	one := func(path, scope, body string) row {
		return row{
			method: "POST", path: path, families: served, sets: []string{production, staging}, kinds: []kind{token},
			asks: []ask{{asking(path, body), scope, http.StatusForbidden}}, members: problemBody,
		}
	}
	about := `{"subject":{"rut":"` + p.demo.Cmp.RUT + `"},` + why + `}`
	evaluate, explain := one("/benefits/v1/evaluate", "benefits.evaluate", about), one("/benefits/v1/explain", "benefits.evaluate", about)
	// Who has nothing on record is told what is told of everybody else who has not; persons of the other data set are not there.
	known := time.Now().UTC().Format(time.RFC3339)
	evaluate.hidden = func(c presentation, _ []presentation) (calls []call) {
		if !slices.Contains(c.scopes, "benefits.evaluate") {
			return nil
		}
		foreign := p.citizenOf(staging)
		if c.set == staging {
			foreign = p.citizenOf(production)
		}
		for _, rut := range []string{"11.111.111-1", foreign.RUT} {
			calls = append(calls, asking(evaluate.path, `{"subject":{"rut":"`+rut+`"},"terms":{"purpose":"la matriz","as_of":"2026-01-31","known_at":"`+known+`"}}`)())
		}
		return calls
	}
	evaluate.hiddenStatus = http.StatusOK
	return []row{
		evaluate, explain,
		one("/benefits/v1/evaluate-stream", "benefits.evaluate", `{"subjects":[{"rut":"`+p.demo.Cmp.RUT+`"}],`+why+`}`),
		one("/benefits/v1/simulate", "benefits.simulate", `{"benefit_id":"aporte-familiar-permanente",`+why+`}`),
	}
}

// problemBody are the members of problem details.
var problemBody = []string{"type", "title", "status", "detail", "instance"}
