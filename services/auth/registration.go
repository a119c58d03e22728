package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"

	"github.com/ventanilla/ventanilla/pkg/authn"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	"github.com/ventanilla/ventanilla/services/auth/internal/store"
)

const (
	// defaultTokenLife is that of clients whose registration names none.
	defaultTokenLife = time.Hour
	// maxClientID bounds a client's identifier, in bytes.
	maxClientID = 128
	// maxAudiences bounds the look-ups of an update.
	maxAudiences = 64
	// maxMembers bounds the text of a client's introspection members, in bytes.
	maxMembers = 4 << 10
)

// standardMembers are those of RFC 7662, 2.2, which no registration replaces.
func standardMembers() []string {
	return []string{
		"active", "scope", "client_id", "username", "token_type", "exp", "iat", "nbf", "sub", "aud", "iss", "jti",
	}
}

// registration reads what an operator decides about a new client, and nothing else.
// It fails with FIELD_INVALID where the contract's own rules do not reach.
func (s *clientService) registration(ctx context.Context, in *authv1.Client) (store.Client, error) {
	if err := checkFamily(in, s.config.Families); err != nil {
		return store.Client{}, err
	}
	if err := s.checkAudiences(ctx, in.GetAudiences(), dataSetFromProto(in.GetDataSet())); err != nil {
		return store.Client{}, err
	}
	client := store.Client{Family: in.GetFamily(), Kind: kindFromProto(in.GetKind()), DataSet: dataSetFromProto(in.GetDataSet())}
	return client, decide(&client, in)
}

// decide writes what an operator decides about a client into its record, all but family, kind and data set. A client with
// public keys loses its secret.
func decide(client *store.Client, in *authv1.Client) error {
	if strings.ContainsFunc(in.GetName(), unicode.IsControl) {
		return rpcerr.Invalid("client.name", "must not have control characters")
	}
	if err := checkKind(in); err != nil {
		return err
	}
	members, err := introspectionMembers(in)
	if err != nil {
		return err
	}
	keys, err := publicKeys(in)
	if err != nil {
		return err
	}
	origins, err := originsOf(in)
	if err != nil {
		return err
	}
	if len(keys) == 0 && len(client.PublicKeys) > 0 {
		return rpcerr.Invalid("client.public_keys", "cannot all be taken away: the client would have no credential")
	}
	if len(keys) > 0 {
		client.SecretHash, client.PreviousSecretHash, client.PreviousSecretUntil = store.NoSecret(), nil, time.Time{}
	}
	client.Name = in.GetName()
	client.Scopes = in.GetScopes()
	client.Audiences = in.GetAudiences()
	client.ResourceScopes = in.GetResourceScopes()
	client.IntrospectsAll = in.GetIntrospectsAll()
	client.PersonalData = in.GetPersonalData()
	client.TokenAlgorithm = algorithmFromProto(in.GetTokenAlgorithm())
	client.IntrospectionAlgorithm = algorithmFromProto(in.GetIntrospectionAlgorithm())
	client.PublicKeys = keys
	client.Limit = limitFromProto(in.GetLimit())
	client.Origins = origins
	client.IntrospectionMembers = members
	client.TokenLife = defaultTokenLife
	if in.GetTokenLife() != nil {
		client.TokenLife = in.GetTokenLife().AsDuration().Truncate(time.Second)
	}
	return nil
}

// checkAudiences refuses what is no resource server of the client's data set: nothing could ever come of it.
func (s *clientService) checkAudiences(ctx context.Context, audiences []string, set store.DataSet) error {
	for i, id := range audiences {
		audience, err := s.view.StoredClient(ctx, id)
		if err != nil && !errors.Is(err, sqlstore.ErrNotFound) {
			return sqlstore.Failure(err, "looking up an audience")
		}
		if err != nil || audience.Kind != store.KindResourceServer || audience.DataSet != set {
			return rpcerr.Invalid(fmt.Sprintf("client.audiences[%d]", i),
				"is not the identifier of a resource server that is registered for the client's data set, "+string(set))
		}
	}
	return nil
}

func introspectionMembers(in *authv1.Client) (json.RawMessage, error) {
	fields := in.GetIntrospectionMembers().GetFields()
	if len(fields) == 0 {
		return nil, nil
	}
	const field = "client.introspection_members"
	for name := range fields {
		if slices.Contains(standardMembers(), name) {
			return nil, rpcerr.Invalid(field, "a standard member cannot be replaced")
		}
	}
	text, err := json.Marshal(in.GetIntrospectionMembers().AsMap())
	if err != nil {
		return nil, fmt.Errorf("encoding introspection members: %w", err)
	}
	if len(text) > maxMembers {
		return nil, rpcerr.Invalid(field, "must not be longer than 4096 bytes as JSON")
	}
	return text, nil
}

// act is the entry's author and act in the admin log.
func act(ctx context.Context, rpc string) store.Act {
	actor := "peer:"
	if claims, ok := authn.FromContext(ctx); ok && claims.Operator != "" {
		actor = claims.Operator
	} else if role, ok := authn.PeerFromContext(ctx); ok {
		actor += role
	}
	return store.Act{Actor: actor, Name: rpc}
}
