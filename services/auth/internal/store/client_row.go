package store

import (
	"encoding/json"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

const (
	clientColumns = `id, name, family, kind, scopes, audiences, secret_hash, token_life_ms, resource_scopes, introspects_all,
	personal_data, introspection_members, disabled, epoch, revision, created_at, updated_at, token_algorithm,
	introspection_algorithm, public_keys, limit_per_second, limit_burst, previous_secret_hash, previous_secret_until, deleted,
	data_set, origins`
	clientPlaces = `$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
	$24, $25, $26, $27`
)

func (c Client) values() []any {
	var previous any // a hash that is not there is NULL
	if c.PreviousSecretHash != nil {
		previous = c.PreviousSecretHash
	}
	return []any{
		c.ID, c.Name, c.Family, string(c.Kind), list(c.Scopes), list(c.Audiences), c.SecretHash, c.TokenLife.Milliseconds(),
		list(c.ResourceScopes), c.IntrospectsAll, c.PersonalData, string(c.IntrospectionMembers), c.Disabled, c.Epoch,
		c.Revision, c.CreatedAt.UnixMilli(), c.UpdatedAt.UnixMilli(), c.TokenAlgorithm, c.IntrospectionAlgorithm,
		string(c.PublicKeys), c.Limit.PerSecond, c.Limit.Burst, previous, milli(c.PreviousSecretUntil), c.Deleted,
		string(c.DataSet), list(c.Origins),
	}
}

func scanClient(row sqlstore.Scanner) (Client, error) {
	var c Client
	var members, publicKeys string
	var life, created, updated, previousUntil int64
	err := row.Scan(&c.ID, &c.Name, &c.Family, &c.Kind, (*list)(&c.Scopes), (*list)(&c.Audiences), &c.SecretHash, &life,
		(*list)(&c.ResourceScopes), &c.IntrospectsAll, &c.PersonalData, &members, &c.Disabled, &c.Epoch,
		&c.Revision, &created, &updated, &c.TokenAlgorithm, &c.IntrospectionAlgorithm,
		&publicKeys, &c.Limit.PerSecond, &c.Limit.Burst, &c.PreviousSecretHash, &previousUntil, &c.Deleted,
		&c.DataSet, (*list)(&c.Origins))
	c.IntrospectionMembers, c.PublicKeys = rawJSON(members), rawJSON(publicKeys)
	c.TokenLife = time.Duration(life) * time.Millisecond
	c.CreatedAt, c.UpdatedAt = fromMilli(created), fromMilli(updated)
	c.PreviousSecretUntil = orZero(previousUntil)
	return c, err
}

// rawJSON reads an empty text as nil.
func rawJSON(text string) json.RawMessage {
	if text == "" {
		return nil
	}
	return json.RawMessage(text)
}

// shown is a client as the admin log has it.
type shown struct {
	Client
	TokenLife string `json:"token_life"`
}

func (c Client) shown() shown { return shown{c, c.TokenLife.String()} }
