package admin

import (
	"context"
	"encoding/base64"
	"fmt"

	"google.golang.org/grpc"

	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// CardKeys are the commands about the keys that sign identity cards.
type CardKeys struct {
	List   ListCardKeys   `cmd:"" help:"List the keys of both data sets, oldest first."`
	Rotate RotateCardKey  `cmd:"" help:"Let the next key sign from now on; no card ends."`
	Retire RetireCardKey  `cmd:"" help:"Withdraw an old key and revoke the cards that it signed."`
	Rewrap RewrapCardKeys `cmd:"" help:"Seal identity's private keys under the key-encryption key that is configured now."`
}

// ListCardKeys lists the keys.
type ListCardKeys struct{}

// Run does it.
func (ListCardKeys) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := identityv1.NewCardKeyServiceClient(conn).ListCardKeys(ctx, &identityv1.ListCardKeysRequest{})
	if err != nil {
		return err
	}
	return out.table(answer, cardKeyHeading(), cardKeyRows(answer.GetCardKeys()...))
}

// RotateCardKey makes the next key active.
type RotateCardKey struct {
	World
	Force bool `help:"Go ahead though verifiers that are offline may not know the next key."`
}

// Help explains when to force it.
func (RotateCardKey) Help() string {
	return `The next key becomes active, the active one old, and a new next one is published. Cards that were signed before stay good, and the old key is published as long as one of them lives.

Verifiers work offline with the keys that they fetched last, so a key is published for identity.cards.publish_before (24h) before it may sign. Until then the command refuses and says how long to wait. With --force, such verifiers refuse new cards until they fetch the keys again.`
}

// Run does it.
func (c RotateCardKey) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := identityv1.NewCardKeyServiceClient(conn).RotateCardKey(ctx, &identityv1.RotateCardKeyRequest{DataSet: c.set(), Force: c.Force})
	if err != nil {
		return err
	}
	return out.table(answer, cardKeyHeading(), cardKeyRows(answer.GetCardKey()))
}

// RetireCardKey withdraws a key.
type RetireCardKey struct {
	ID  string `arg:"" help:"The key's identifier, as \"admin card-key list\" shows it."`
	Yes bool   `help:"Do not ask. Needed where there is no terminal to ask on." short:"y"`
}

// Help warns.
func (RetireCardKey) Help() string {
	return `All live cards that the key signed are revoked: their holders need new ones. It cannot be undone. The key that signs has to be rotated first. This is for a key that somebody else may have.`
}

// Run does it.
func (c RetireCardKey) Run(ctx context.Context, conn *grpc.ClientConn, in Input, out Output) error {
	if err := in.confirmName(c.Yes, "This revokes every live card that the key signed. It cannot be undone.", c.ID); err != nil {
		return err
	}
	answer, err := identityv1.NewCardKeyServiceClient(conn).RetireCardKey(ctx, &identityv1.RetireCardKeyRequest{KeyId: c.ID})
	if err != nil {
		return err
	}
	return out.record(answer, [][2]string{{"retired", c.ID}, {"revoked cards", fmt.Sprint(answer.GetRevokedCards())}})
}

// RewrapCardKeys seals identity's keys anew.
type RewrapCardKeys struct{}

// Help explains where it belongs.
func (RewrapCardKeys) Help() string {
	return `Identity's private keys, those of cards of both data sets and the access log's, are stored sealed under the key-encryption key (identity.kek). To replace it: restart every identity replica with the new one as identity.kek and the one before as identity.kek.previous, call this until it says 0, then take identity.kek.previous away. Auth's keys have their own command: "admin key rewrap".`
}

// Run does it.
func (RewrapCardKeys) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := identityv1.NewCardKeyServiceClient(conn).RewrapCardKeys(ctx, &identityv1.RewrapCardKeysRequest{})
	if err != nil {
		return err
	}
	return out.record(answer, [][2]string{
		{"rewrapped", fmt.Sprint(answer.GetRewrapped())}, {"private keys", fmt.Sprint(answer.GetPrivateKeys())},
	})
}

func cardKeyHeading() []string {
	return []string{"KEY", "DATA SET", "STATE", "CREATED", "ACTIVE SINCE", "LIVE CARDS", "PUBLIC KEY"}
}

func cardKeyRows(keys ...*identityv1.CardKey) [][]string {
	var rows [][]string
	for _, key := range keys {
		rows = append(rows, []string{
			key.GetKeyId(), dataSetName(key.GetDataSet()), word(key.GetState(), "CARD_KEY_STATE_"), moment(key.GetCreatedAt()),
			moment(key.GetActivatedAt()), fmt.Sprint(key.GetLiveCards()), base64.StdEncoding.EncodeToString(key.GetPublicKey()),
		})
	}
	return rows
}
