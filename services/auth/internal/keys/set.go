package keys

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/go-jose/go-jose/v4"

	"github.com/ventanilla/ventanilla/services/auth/internal/store"
)

// keySet is the JSON Web Key Set of the keys of some uses that verify or are about to, by use and age.
func keySet(keys map[string]*Key, uses ...store.Use) ([]byte, error) {
	var some []*Key
	for _, key := range keys {
		if slices.Contains(uses, key.Use) && key.public != nil {
			some = append(some, key)
		}
	}
	slices.SortFunc(some, func(a, b *Key) int {
		return cmp.Or(cmp.Compare(slices.Index(uses, a.Use), slices.Index(uses, b.Use)), a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.KID, b.KID))
	})
	set := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{}}
	for _, key := range some {
		set.Keys = append(set.Keys, jose.JSONWebKey{Key: key.public, KeyID: key.KID, Algorithm: key.Alg, Use: "sig"})
	}
	text, err := json.Marshal(set)
	if err != nil {
		return nil, fmt.Errorf("encoding a key set: %w", err)
	}
	return text, nil
}
