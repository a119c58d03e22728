package admin

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

func showClient(out Output, message proto.Message, client *authv1.Client, secret string) error {
	members, err := membersText(client.GetIntrospectionMembers())
	if err != nil {
		return err
	}
	return out.record(message, [][2]string{
		{"id", client.GetClientId()},
		{"secret", secret},
		{"name", client.GetName()},
		{"family", client.GetFamily()},
		{"kind", kindName(client.GetKind())},
		{"data set", dataSetName(client.GetDataSet())},
		{"state", state(client.GetDisabled())},
		{"scopes", strings.Join(client.GetScopes(), " ")},
		{"audiences", strings.Join(client.GetAudiences(), " ")},
		{"resource scopes", strings.Join(client.GetResourceScopes(), " ")},
		{"token life", client.GetTokenLife().AsDuration().String()},
		{"introspects all", strconv.FormatBool(client.GetIntrospectsAll())},
		{"personal data", strconv.FormatBool(client.GetPersonalData())},
		{"token algorithm", algorithmName(client.GetTokenAlgorithm())},
		{"introspection algorithm", algorithmName(client.GetIntrospectionAlgorithm())},
		{"origins", strings.Join(client.GetOrigins(), " ")},
		{"public keys", client.GetPublicKeys()},
		{"limit", limitText(client.GetLimit())},
		{"members", members},
		{"epoch", fmt.Sprint(client.GetEpoch())},
		{"old secret until", previousSecret(client)},
		{"created", client.GetCreatedAt().AsTime().Format(time.RFC3339)},
		{"updated", client.GetUpdatedAt().AsTime().Format(time.RFC3339)},
	})
}

// membersText is JSON on one line, empty when there are none.
func membersText(members *structpb.Struct) (string, error) {
	if len(members.GetFields()) == 0 {
		return "", nil
	}
	text, err := protojson.Marshal(members)
	if err != nil {
		return "", fmt.Errorf("writing the members: %w", err)
	}
	// protojson varies its spaces on purpose.
	var steady bytes.Buffer
	if err := json.Compact(&steady, text); err != nil {
		return "", fmt.Errorf("writing the members: %w", err)
	}
	return steady.String(), nil
}

func kindName(kind authv1.ClientKind) string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(kind.String(), "CLIENT_KIND_")), "_", "-")
}

// dataSetName is production for the answers of a release that knew no other.
func dataSetName(set authv1.DataSet) string {
	if set == authv1.DataSet_DATA_SET_STAGING {
		return "staging"
	}
	return "production"
}

// algorithmName is that of RFC 7518, 3.1.
func algorithmName(algorithm authv1.SignatureAlgorithm) string {
	switch algorithm {
	case authv1.SignatureAlgorithm_SIGNATURE_ALGORITHM_ES256:
		return "ES256"
	case authv1.SignatureAlgorithm_SIGNATURE_ALGORITHM_EDDSA:
		return "EdDSA"
	case authv1.SignatureAlgorithm_SIGNATURE_ALGORITHM_HS256:
		return "HS256"
	}
	return "RS256"
}

// previousSecret tells until when the secret before the last rotation serves, empty when it does not.
func previousSecret(client *authv1.Client) string {
	if client.GetPreviousSecretExpiresAt() == nil {
		return ""
	}
	return timeText(client.GetPreviousSecretExpiresAt())
}

func state(disabled bool) string {
	if disabled {
		return "disabled"
	}
	return "enabled"
}
