package main

import (
	"encoding/json"
	"strings"
	"testing"
)

// What needs no platform asks for none.
func TestTheCataloguesSchemaNeedsNoPlatform(t *testing.T) {
	code, out, errs := command(t, "admin", "--data", "/nowhere", "catalog", "schema")
	if code != exitOK || !json.Valid([]byte(out)) {
		t.Errorf("%d %s", code, errs)
	}
}

func TestTheCataloguesCommandsTeach(t *testing.T) {
	if code, out, _ := command(t, "admin", "catalog", "import", "--help"); code != exitOK || !strings.Contains(out, "Everything in the files is entered") {
		t.Errorf("%d %q", code, out)
	}
	if code, _, errs := command(t, "admin", "catalog", "retire", "pgu", "1"); code != exitUsage || !strings.Contains(errs, "--note") {
		t.Errorf("%d %q", code, errs)
	}
}
