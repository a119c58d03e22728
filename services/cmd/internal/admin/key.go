package admin

import (
	"context"
	"fmt"
	"strings"

	"google.golang.org/grpc"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// Keys are the commands about the keys that sign tokens.
type Keys struct {
	List   ListKeys   `cmd:"" help:"List the signing keys, by use, algorithm and age."`
	Rotate RotateKey  `cmd:"" help:"Let the next key sign from now on; no token dies."`
	Retire RetireKey  `cmd:"" help:"End an old key with all tokens that it signed."`
	Rewrap RewrapKeys `cmd:"" help:"Seal auth's private keys under the key-encryption key that is configured now."`
}

// Help teaches what the states are.
func (Keys) Help() string {
	return `A key is published as next, signs as active, verifies as old until its last token ends, and is then retired. There is one next and one active key for each use and algorithm, and the platform rotates and retires by itself (auth.keys.rotate_every).

Somebody else may have the key? Rotate, force it if need be, then retire the old one: "admin key rotate --force" shows its identifier.`
}

// ListKeys lists keys.
type ListKeys struct{}

// Help explains the columns.
func (ListKeys) Help() string {
	return `LAST TOKEN ENDS is no earlier than the end of any token that the key signed: that is when an old key retires by itself.`
}

// Run does it.
func (c ListKeys) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := authv1.NewKeyServiceClient(conn).ListKeys(ctx, &authv1.ListKeysRequest{})
	if err != nil {
		return err
	}
	return out.table(answer, keyHeading(), keyRows(answer.GetKeys()...))
}

// RotateKey makes the next key active.
type RotateKey struct {
	Use       string `help:"Which tokens the key signs, those of partners, those between services or those of widgets: ${enum}." enum:"access,internal,widget" default:"access"`
	Algorithm string `help:"Of which algorithm: RS256, ES256 or EdDSA for access (RS256 when not given), ES256 for internal, HS256 for widget." enum:",RS256,ES256,EdDSA,HS256" default:"" placeholder:"ALG"`
	Force     bool   `help:"Go ahead though verifiers that keep key sets may not have heard of the next key."`
}

// Help explains when to force it.
func (RotateKey) Help() string {
	return `The next key becomes active, the active one old, and a new next one is published. Tokens that were issued before stay good, and the old key retires when the last of them ends.

Verifiers may keep a key set for five minutes, so a key is published for auth.keys.publish_before (10m) before it may sign. Until then the command refuses and says how long to wait. A widget's key is a secret that no set has; it takes its turn like the others. With --force, verifiers that keep their set may refuse new tokens for up to five minutes; the platform itself refuses none.

Shown are the key that is active now, the one that was, and the next one.`
}

// Run does it.
func (c RotateKey) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	use := authv1.KeyUse_KEY_USE_ACCESS
	algorithm := authv1.SignatureAlgorithm_SIGNATURE_ALGORITHM_RS256
	switch c.Use {
	case "internal":
		use, algorithm = authv1.KeyUse_KEY_USE_INTERNAL, authv1.SignatureAlgorithm_SIGNATURE_ALGORITHM_ES256
	case "widget":
		use, algorithm = authv1.KeyUse_KEY_USE_WIDGET, authv1.SignatureAlgorithm_SIGNATURE_ALGORITHM_HS256
	}
	if c.Algorithm != "" {
		algorithm = authv1.SignatureAlgorithm(authv1.SignatureAlgorithm_value[algorithmPrefix+strings.ToUpper(c.Algorithm)])
	}
	answer, err := authv1.NewKeyServiceClient(conn).RotateKey(ctx, &authv1.RotateKeyRequest{
		Use: use, Algorithm: algorithm, Force: c.Force,
	})
	if err != nil {
		return err
	}
	return out.table(answer, keyHeading(), keyRows(answer.GetKeys()...))
}

// RetireKey ends an old key.
type RetireKey struct {
	ID string `arg:"" help:"The key's identifier, as \"admin key list\" shows it."`
}

// Help warns.
func (RetireKey) Help() string {
	return `All tokens that the key signed die, everywhere within one second; their clients have to ask for new ones. It cannot be undone. An active key has to be rotated first. Keys whose tokens have all ended retire by themselves: this is for a key that somebody else may have.`
}

// Run does it.
func (c RetireKey) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := authv1.NewKeyServiceClient(conn).RetireKey(ctx, &authv1.RetireKeyRequest{KeyId: c.ID})
	if err != nil {
		return err
	}
	return out.table(answer, keyHeading(), keyRows(answer.GetKey()))
}

// RewrapKeys seals keys anew.
type RewrapKeys struct{}

// Help explains where it belongs.
func (RewrapKeys) Help() string {
	return `Private keys are stored sealed under the key-encryption key (auth.kek). To replace it: restart every auth replica with the new one as auth.kek and the one before as auth.kek.previous, call this until it says 0, then take auth.kek.previous away. Identity's keys have their own command: "admin card-key rewrap".`
}

// Run does it.
func (c RewrapKeys) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := authv1.NewKeyServiceClient(conn).RewrapKeys(ctx, &authv1.RewrapKeysRequest{})
	if err != nil {
		return err
	}
	return out.record(answer, [][2]string{{"rewrapped", fmt.Sprint(answer.GetRewrapped())}})
}

const algorithmPrefix = "SIGNATURE_ALGORITHM_"

func keyHeading() []string {
	return []string{"KEY", "USE", "ALGORITHM", "STATE", "CREATED", "ACTIVE SINCE", "OLD SINCE", "LAST TOKEN ENDS", "RETIRED"}
}

func keyRows(keys ...*authv1.SigningKey) [][]string {
	var rows [][]string
	for _, key := range keys {
		rows = append(rows, []string{
			key.GetKeyId(),
			strings.ToLower(strings.TrimPrefix(key.GetUse().String(), "KEY_USE_")),
			algorithmName(key.GetAlgorithm()),
			strings.ToLower(strings.TrimPrefix(key.GetState().String(), "KEY_STATE_")),
			moment(key.GetCreatedAt()), moment(key.GetActivatedAt()), moment(key.GetSupersededAt()),
			moment(key.GetLastTokenEndsAt()), moment(key.GetRetiredAt()),
		})
	}
	return rows
}
