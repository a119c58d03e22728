package main

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/ventanilla/ventanilla/gateway/dialect/colppy"
)

const estadoIntro = `<!-- Made by make generate from gateway/dialect/colppy/estado.go. -->
# estado

` + "`result.estado`" + ` and ` + "`result.mensaje`" + ` are the first level of an answer. Codes are stable: more may come, none changes its meaning. Where it is not 0,
` + "`response`" + ` is null. The HTTP status is 200, but where the table says otherwise; under an operator's strict switch it is the last column's for all.

| estado | mensaje | when | HTTP status | strict |
|---|---|---|---|---|
`

const refusalIntro = `
## What operations refuse

With ` + "`estado`" + ` 0, ` + "`response.success`" + ` is false, ` + "`response.message`" + ` says why, and ` + "`response.data`" + ` is null. The HTTP status is 200.

| message | strict |
|---|---|
`

// estados is the page of both levels.
func estados(table []colppy.Meaning, refusals []colppy.Refusal) string {
	var page strings.Builder
	page.WriteString(estadoIntro)
	for _, m := range table {
		status := http.StatusOK
		if m.Kept {
			status = m.Status
		}
		fmt.Fprintf(&page, "| %d | %s | %s | %d | %d |\n", m.Estado, cell(m.Mensaje), cell(m.When), status, m.Status)
	}
	page.WriteString(refusalIntro)
	for _, r := range refusals {
		fmt.Fprintf(&page, "| %s | %d |\n", cell(r.Message), r.Status)
	}
	return page.String()
}
