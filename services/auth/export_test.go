package auth

import "github.com/ventanilla/ventanilla/services/auth/internal/store"

// Show lets a test give the view a client that no RPC makes.
func (s *Service) Show(client store.Client) { s.view.PutClient(client) }
