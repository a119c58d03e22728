package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/ventanilla/ventanilla/gateway/dialect/colppy"
	"github.com/ventanilla/ventanilla/gateway/dialect/mosia"
)

// errand is a call of a family, whose success and refusals have its shape.
type errand struct {
	next   func() call
	family string
}

// operate is an operation with the developer's credential.
func (w *workplace) operate(provision, operacion, parameters string, beside ...string) errand {
	return errand{func() call { return operation(w.developer.demoLogin, provision, operacion, parameters, beside...) }, colppy.Name}
}

// logIn opens a session.
func (w *workplace) logIn(user account) errand {
	return w.operate("Usuario", "iniciar_sesion", user.json())
}

// checking asks what is left of the user's session.
func (w *workplace) checking(key string) errand {
	return w.operate("Usuario", "validar_sesion", `{`+w.user.session(key)+`}`)
}

// asked is a call of the app's client, a POST of JSON unless that is empty.
func (w *workplace) asked(path, body string) errand {
	return errand{func() call {
		c := call{method: http.MethodGet, path: path, bearer: w.app}
		if body != "" {
			c.method, c.body, c.header = http.MethodPost, strings.NewReader(body), http.Header{"Content-Type": {"application/json"}}
		}
		return c
	}, mosia.Name}
}

// authentication gives a token of the beneficiary.
func (w *workplace) authentication() errand {
	return w.asked(mosia.AuthenticationPath, `{"chaveUnica":"`+w.uniqueKey+`"}`)
}

// opening has the beneficiary open the functionality.
func (w *workplace) opening() errand {
	return w.asked(mosia.OpeningPath, `{"token":"`+w.beneficiary+`","instanciaApp":"2","chaveFuncionalidade":"`+w.functionality+`"}`)
}

// redeeming asks for what is behind a pass key.
func (w *workplace) redeeming(path, passKey string) errand {
	return w.asked(path+passKeyQuery("2", passKey, w.functionality), "")
}

// try does the errand once. Whoever is sent elsewhere does not go.
func (e errand) try(ctx context.Context, at edge) (answer, error) {
	client := *at.client
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return edge{base: at.base, client: &client}.try(ctx, e.next())
}

// done does the errand, and tells of any answer but that it was done.
func (e errand) done(ctx context.Context, at edge) (answer, error) {
	a, err := e.try(ctx, at)
	if err == nil {
		err = e.carriedOut(a)
	}
	return a, err
}

// carriedOut tells of any answer but that it was done.
func (e errand) carriedOut(a answer) error {
	var told operationAnswer
	switch {
	case e.family == mosia.Name && (a.status == http.StatusOK || a.status == http.StatusFound):
		return nil
	case e.family == colppy.Name && a.status == http.StatusOK && json.Unmarshal([]byte(a.body), &told) == nil &&
		told.Result.Estado == int(colppy.EstadoExito) && told.Response["success"] == true:
		return nil
	}
	return fmt.Errorf("status %d, %s", a.status, a.body)
}

// awaited tells what an answer lacks that should say, in the family's shape, that a part is away and when to come back.
func (e errand) awaited(a answer) error {
	wrong := fmt.Errorf("status %d, Retry-After %q, %s", a.status, a.header.Get("Retry-After"), a.body)
	if seconds, err := strconv.Atoi(a.header.Get("Retry-After")); err != nil || seconds < 1 || a.status != http.StatusServiceUnavailable {
		return wrong
	}
	var told struct {
		operationAnswer
		Status     *bool  `json:"status"`
		StatusCode int    `json:"statusCode"`
		Message    string `json:"message"`
	}
	if err := json.Unmarshal([]byte(a.body), &told); err != nil {
		return wrong
	}
	if e.family == colppy.Name && told.Result.Estado == int(colppy.EstadoNoDisponible) && told.Response == nil {
		return nil
	}
	if e.family == mosia.Name && told.Status != nil && !*told.Status && told.StatusCode == a.status && told.Message != "" {
		return nil
	}
	return wrong
}

// sessionKey is what a login gave.
func (a answer) sessionKey() (string, error) {
	var told struct {
		Response struct {
			Data struct {
				Key string `json:"claveSesion"`
			} `json:"data"`
		} `json:"response"`
	}
	if err := json.Unmarshal([]byte(a.body), &told); err != nil || told.Response.Data.Key == "" {
		return "", fmt.Errorf("no session: %w, %s", err, a.body)
	}
	return told.Response.Data.Key, nil
}

// passKey is what an opening gave.
func (a answer) passKey() (string, error) {
	to, err := url.Parse(a.header.Get("Location"))
	if err != nil {
		return "", fmt.Errorf("where an opening leads: %w", err)
	}
	key := to.Query().Get("chavePasse")
	if key == "" {
		return "", errors.New("an opening gives no pass key")
	}
	return key, nil
}
