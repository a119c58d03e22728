package admin

import (
	"context"
	"fmt"
	"os"
	"strings"

	"google.golang.org/grpc"

	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

// TryIntegration logs in at an integration's endpoint.
type TryIntegration struct{ IntegrationKey }

// Help says how login and password are given.
func (TryIntegration) Help() string {
	return `Login and password are a beneficiary's, so they belong on no command line: they are asked for at a terminal, or read from the first two lines of standard input. They are sent to the integration's endpoint and kept nowhere.

  printf '%s\n%s\n' "$LOGIN" "$PASSWORD" | admin integration try KEY

The exit code is 1 when a step failed.`
}

// Run does it.
func (c TryIntegration) Run(ctx context.Context, conn *grpc.ClientConn, in Input, out Output) error {
	login, password, err := in.login(os.Stderr)
	if err != nil {
		return err
	}
	answer, err := sessionv1.NewIntegrationServiceClient(conn).TryIntegration(ctx, &sessionv1.TryIntegrationRequest{
		IntegrationKey: c.Key, Login: login, Password: password,
	})
	if err != nil {
		return err
	}
	var rows [][]string
	var failed error
	for _, step := range answer.GetSteps() {
		came := "done"
		if step.GetFailure() != "" {
			came = strings.TrimSpace(step.GetFailure() + " " + strings.Join(step.GetRejected(), ", "))
			failed = fmt.Errorf("the step %s failed: %s", step.GetName(), came)
		}
		rows = append(rows, []string{step.GetName(), httpStatus(step.GetStatus()), step.GetTook().AsDuration().String(), came})
	}
	if failed == nil && len(answer.GetAttributes()) > 0 {
		rows = append(rows, []string{"told", "", "", strings.Join(answer.GetAttributes(), ", ")})
	}
	if err := out.table(answer, []string{"STEP", "STATUS", "TOOK", "WHAT CAME OF IT"}, rows); err != nil {
		return err
	}
	return failed
}

// httpStatus is empty for an endpoint that did not answer, and for a step that calls none.
func httpStatus(code int32) string {
	if code == 0 {
		return ""
	}
	return fmt.Sprint(code)
}

// RewrapSessionSecret seals the secrets of session anew.
type RewrapSessionSecret struct{}

// Help explains where it belongs.
func (RewrapSessionSecret) Help() string {
	return `Headers and parameters of integrations, what integrations told of persons, the context of pass keys and the keys that replicas share are stored sealed under the key-encryption key (session.kek). To replace it: restart every replica of session with the new one as session.kek and the one before as session.kek.previous, call this until it rewraps 0, then take session.kek.previous away. Secrets that open with neither are counted as unreadable and left alone. Other services have commands of their own: "admin key rewrap", "admin card-key rewrap", "admin provider rewrap-secrets".`
}

// Run does it.
func (RewrapSessionSecret) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := sessionv1.NewIntegrationServiceClient(conn).RewrapSecrets(ctx, &sessionv1.RewrapSecretsRequest{})
	if err != nil {
		return err
	}
	return showRewrapped(out, answer)
}
