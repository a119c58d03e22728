package main

import (
	"context"
	"crypto/ed25519"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"

	"github.com/ventanilla/ventanilla/pkg/store"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// holders is how many persons, of those of a size, get a card of the platform's, whose profiles are asked for.
const holders = 400

// holder is a person with a card.
type holder struct {
	key        string
	membership string
	card       *identityv1.Card
}

// window is a connection to the admin window as the operator of the platform's data.
func (p platform) window(to access) (*grpc.ClientConn, error) {
	own, err := tls.LoadX509KeyPair(filepath.Join(p.data(), "operator.pem"), filepath.Join(p.data(), "operator.pem"))
	if err != nil {
		return nil, fmt.Errorf("reading the operator's credential: %w", err)
	}
	ca, err := os.ReadFile(to.CAFile)
	if err != nil {
		return nil, fmt.Errorf("reading the window's CA: %w", err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	return grpc.NewClient(to.AdminRPC, grpc.WithTransportCredentials(credentials.NewTLS(&tls.Config{
		MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{own}, RootCAs: roots,
	})))
}

// giveCards gives card holders among persons first to before end a membership each, and then a card, which is measured.
func (s *server) giveCards(ctx context.Context, conn *grpc.ClientConn, first, end int) ([]holder, sample, error) {
	var all []holder
	for i := first; i < end; i++ {
		if cardHolder(i, first, end) {
			all = append(all, holder{key: inventedPerson(i, true).key})
		}
	}
	persons, memberships, cards := identityv1.NewPersonServiceClient(conn), identityv1.NewMembershipServiceClient(conn), identityv1.NewCardServiceClient(conn)
	_, _, err := each(ctx, s.loader.connections, len(all), func(ctx context.Context, i int) error {
		found, err := persons.FindPerson(ctx, &identityv1.FindPersonRequest{
			Key: &identityv1.FindPersonRequest_UniqueKey{UniqueKey: all[i].key}, Access: &identityv1.Access{Purpose: "bench"},
		})
		if err != nil {
			return fmt.Errorf("finding a person: %w", err)
		}
		made, err := memberships.CreateMembership(ctx, &identityv1.CreateMembershipRequest{Membership: &identityv1.Membership{
			PersonId: found.GetPerson().GetPersonId(), Type: identityv1.MembershipType_MEMBERSHIP_TYPE_EXTERNAL,
			Entity: "ENTIDAD INVENTADA", Status: "ACTIVO",
		}})
		all[i].membership = made.GetMembership().GetMembershipId()
		return err
	})()
	if err != nil {
		return nil, sample{}, err
	}
	figures, err := clocked(ctx, s.cpu, each(ctx, s.loader.connections, len(all), func(ctx context.Context, i int) error {
		made, err := cards.IssueCard(ctx, &identityv1.IssueCardRequest{MembershipId: all[i].membership})
		all[i].card = made.GetCard()
		return err
	}))
	if err != nil {
		return nil, sample{}, fmt.Errorf("issuing cards: %w", err)
	}
	return all, figures, nil
}

// copyCards writes the holders' memberships and cards into tables of the bench's own. Each card costs it a signature and
// a transaction, which are measured.
func copyCards(ctx context.Context, db *store.DB, all []holder, connections int) (sample, error) {
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		return sample{}, err
	}
	now := time.Now().UnixMilli()
	err = db.InTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO signing_key (key_id, use, data_set, state, public_key, sealed_private, created_at)
			VALUES ('bench', 'card', 'production', 'active', $1, $1, $2) ON CONFLICT DO NOTHING`, []byte{0}, now)
		for i := 0; err == nil && i < len(all); i++ {
			_, err = tx.ExecContext(ctx, `INSERT INTO membership (membership_id, person_id, data_set, type, number, programme, academic_unit,
				department, entity, term, status, position, hired_on, salary_level, valid_until, created_at, updated_at)
				SELECT $1, person_id, data_set, 'E', '', '', '', '', 'ENTIDAD INVENTADA', '', 'ACTIVO', '', '', '', '', created_at, updated_at
				FROM person WHERE unique_key = $2 AND data_set = 'production'`, all[i].membership, all[i].key)
		}
		return err
	})
	if err != nil {
		return sample{}, fmt.Errorf("copying memberships: %w", err)
	}
	figures, err := clocked(ctx, ownCPU, each(ctx, connections, len(all), func(ctx context.Context, i int) error {
		c := all[i].card
		ed25519.Sign(key, []byte(c.GetText()))
		return db.InTx(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, `INSERT INTO card (data_set, folio, person_id, membership_id, key_id, text, signature, issued_at, reason, replaces)
				SELECT data_set, $1, person_id, membership_id, 'bench', $2, $3, $4, '', '' FROM membership WHERE membership_id = $5`,
				c.GetFolio(), c.GetText(), c.GetSignature(), now, all[i].membership)
			return err
		})
	}))
	if err != nil {
		return sample{}, fmt.Errorf("copying cards: %w", err)
	}
	return figures, nil
}
