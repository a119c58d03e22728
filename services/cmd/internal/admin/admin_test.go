package admin

import (
	"bytes"
	"strings"
	"testing"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

func show(t *testing.T, asJSON bool) string {
	t.Helper()
	var written bytes.Buffer
	message := &authv1.ListClientsResponse{Clients: []*authv1.Client{{ClientId: "c1", Name: "Uno"}, {ClientId: "c2", Name: "Dos"}}}
	out := Output{Writer: &written, JSON: asJSON}
	if err := out.table(message, []string{"ID", "NAME"}, [][]string{{"c1", "Uno"}, {"c2", "Dos"}}); err != nil {
		t.Fatal(err)
	}
	return written.String()
}

func TestAwayFromATerminalRowsAreForScripts(t *testing.T) {
	if got := show(t, false); got != "c1\tUno\nc2\tDos\n" {
		t.Errorf("got %q", got)
	}
}

func TestJSONHasTheContractsNames(t *testing.T) {
	got := show(t, true)
	if !strings.Contains(got, `"client_id": "c2"`) || !strings.Contains(got, `"disabled": false`) {
		t.Errorf("got %s", got)
	}
	if again := show(t, true); again != got {
		t.Error("the same answer is written in two ways")
	}
}

func TestARecordLeavesOutWhatIsEmpty(t *testing.T) {
	var written bytes.Buffer
	out := Output{Writer: &written}
	if err := out.record(&authv1.Client{}, [][2]string{{"id", "c1"}, {"secret", ""}}); err != nil {
		t.Fatal(err)
	}
	if got := written.String(); got != "id  c1\n" {
		t.Errorf("got %q", got)
	}
}

func TestConnectingWithoutCredentialsTeaches(t *testing.T) {
	cases := []struct {
		connection Connection
		says       string
	}{
		{Connection{Data: "/nowhere"}, "/nowhere/operator.pem"},
		{Connection{Data: "/nowhere", Credential: "/dev/null"}, "/dev/null"},
		{Connection{PKI: "/nowhere"}, "pki issue bootstrap"},
	}
	for _, c := range cases {
		if _, err := c.connection.Dial("auth"); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%+v: got %v", c.connection, err)
		}
	}
}
