package pace

import (
	"context"

	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

// Integration is the subject that failures of a login at an integration are counted for. It takes the place of Login.
func (p *Pacer) Integration(key, login string) []byte {
	return p.subject("integration/" + key + "/" + store.FoldLogin(login))
}

// Client is the subject that failures of all logins that a client brings are counted for. It takes the place of Address.
func (p *Pacer) Client(clientID string) []byte { return p.subject("client/" + clientID) }

// Succeeded forgets the failures of a login, and of the client who brought it: one whose users log in is not one who guesses.
func (p *Pacer) Succeeded(ctx context.Context, login, client []byte) error {
	return p.store.ForgetLoginFailures(ctx, login, client)
}
