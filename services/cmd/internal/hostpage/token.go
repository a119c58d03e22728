package hostpage

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// maxAnswer bounds what is read of an answer.
const maxAnswer = 64 << 10

// refusal is an answer of the platform that has no token.
type refusal struct {
	status  int
	message string
}

// Error tells the status and the platform's text.
func (r *refusal) Error() string { return fmt.Sprintf("%d: %s", r.status, r.message) }

// token asks the platform for a widget's token, as a ministry's server does: the secret key and the citizen's
// ClaveÚnica token stay here.
func (p *Page) token(ctx context.Context, c Citizen) (string, error) {
	form := url.Values{
		"apiKey": {p.site.APIKey}, "secretKey": {p.site.SecretKey}, "cu_token": {c.Token}, "rut": {c.RUT},
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.site.BaseURL+"/v1/auth/widget", strings.NewReader(form.Encode()))
	if err != nil {
		return "", fmt.Errorf("asking for a widget's token: %w", err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := p.client.Do(req)
	if err != nil {
		return "", fmt.Errorf("asking for a widget's token: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	var answer struct {
		Data struct {
			CmpWidget string `json:"CmpWidget"`
			Message   string `json:"message"`
		} `json:"data"`
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, maxAnswer)).Decode(&answer); err != nil {
		return "", fmt.Errorf("reading the answer, of status %d, to a widget's token: %w", resp.StatusCode, err)
	}
	if resp.StatusCode != http.StatusOK || answer.Data.CmpWidget == "" {
		return "", &refusal{resp.StatusCode, answer.Data.Message}
	}
	return answer.Data.CmpWidget, nil
}
