package demo

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

// tokenLife is that of the demo's client tokens.
const tokenLife = 10 * 366 * 24 * time.Hour

// ensureToken keeps a client token that is still there.
func (to Partner) ensureToken(ctx context.Context, client string, token *string) error {
	known, err := to.Keys.ListApiKeys(ctx, &authv1.ListApiKeysRequest{ClientId: client})
	if err != nil {
		return fmt.Errorf("looking for a demo's client token: %w", err)
	}
	id := keyOf(*token)
	if slices.ContainsFunc(known.GetApiKeys(), func(k *authv1.ApiKey) bool { return k.GetApiKeyId() == id }) {
		return nil
	}
	made, err := to.Keys.CreateApiKey(ctx, &authv1.CreateApiKeyRequest{
		ClientId: client, Name: "Demo token", Form: authv1.ApiKeyForm_API_KEY_FORM_JWT, Apis: []string{"chavePasse", "segurança", "mensageria"},
		ExpiresAt: timestamppb.New(time.Now().Add(tokenLife)),
	})
	if err != nil {
		return fmt.Errorf("making a demo's client token: %w", err)
	}
	*token = made.GetKey()
	return nil
}

// keyOf is the identifier that a client token carries in its claim key; empty for none.
func keyOf(token string) string {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return ""
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return ""
	}
	var claims struct {
		Key string `json:"key"`
	}
	if json.Unmarshal(text, &claims) != nil {
		return ""
	}
	return claims.Key
}

// ensureFunctionality keeps a functionality of the client that is open, and leads it to where the page is now.
func (to Partner) ensureFunctionality(ctx context.Context, wanted *sessionv1.Functionality, key *string) error {
	if *key != "" {
		found, err := to.Functionalities.GetFunctionality(ctx, &sessionv1.GetFunctionalityRequest{FunctionalityKey: *key})
		if err != nil && status.Code(err) != codes.NotFound {
			return fmt.Errorf("looking for a demo's functionality: %w", err)
		}
		if known := found.GetFunctionality(); err == nil && known.GetClientId() == wanted.GetClientId() && !known.GetDisabled() {
			if known.GetRedirectUri() == wanted.GetRedirectUri() && known.GetIntegrationKey() == wanted.GetIntegrationKey() {
				return nil
			}
			known.RedirectUri, known.IntegrationKey = wanted.GetRedirectUri(), wanted.GetIntegrationKey()
			if _, err := to.Functionalities.UpdateFunctionality(ctx, &sessionv1.UpdateFunctionalityRequest{
				Functionality: known, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"redirect_uri", "integration_key"}},
			}); err != nil {
				return fmt.Errorf("moving a demo's functionality: %w", err)
			}
			return nil
		}
	}
	made, err := to.Functionalities.CreateFunctionality(ctx, &sessionv1.CreateFunctionalityRequest{Functionality: wanted})
	if err != nil {
		return fmt.Errorf("entering a demo's functionality: %w", err)
	}
	*key = made.GetFunctionality().GetFunctionalityKey()
	return nil
}

// ensureIntegration keeps an integration of the client that is open and whose endpoints are where they are now.
func (to Partner) ensureIntegration(ctx context.Context, origin, client string, key *string) error {
	wanted := partnerIntegration(origin, client)
	if *key != "" {
		found, err := to.Integrations.GetIntegration(ctx, &sessionv1.GetIntegrationRequest{IntegrationKey: *key})
		if err != nil && status.Code(err) != codes.NotFound {
			return fmt.Errorf("looking for the demo's integration: %w", err)
		}
		known := found.GetIntegration()
		if err == nil && known.GetClientId() == client && !known.GetDisabled() && known.GetLogin().GetUrl() == wanted.GetLogin().GetUrl() {
			return nil
		}
	}
	made, err := to.Integrations.CreateIntegration(ctx, &sessionv1.CreateIntegrationRequest{Integration: wanted})
	if err != nil {
		return fmt.Errorf("entering the demo's integration: %w", err)
	}
	*key = made.GetIntegration().GetIntegrationKey()
	return nil
}
