package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
)

// Categories returns all categories by position, then identifier.
func (s *Store) Categories(ctx context.Context) ([]*benefitsv1.Category, error) {
	categories, err := sqlstore.Rows(ctx, s.db, func(row sqlstore.Scanner) (*benefitsv1.Category, error) {
		category, labels := &benefitsv1.Category{}, ""
		if err := row.Scan(&category.CategoryId, &labels, &category.Position); err != nil {
			return nil, err
		}
		return category, json.Unmarshal([]byte(labels), &category.Labels)
	}, `SELECT category_id, labels, position FROM category ORDER BY position, category_id`)
	if err != nil {
		return nil, fmt.Errorf("reading the categories: %w", err)
	}
	return categories, nil
}

// Facts returns the definitions of all facts by name, without those that are derived.
func (s *Store) Facts(ctx context.Context) ([]*benefitsv1.FactDefinition, error) {
	facts, err := sqlstore.Rows(ctx, s.db, func(row sqlstore.Scanner) (*benefitsv1.FactDefinition, error) {
		fact, kind, labels, values := &benefitsv1.FactDefinition{}, "", "", ""
		if err := row.Scan(&fact.Name, &kind, &labels, &values); err != nil {
			return nil, err
		}
		fact.Type = factType(kind)
		return fact, errors.Join(json.Unmarshal([]byte(labels), &fact.Labels), json.Unmarshal([]byte(values), &fact.Values))
	}, `SELECT name, type, labels, allowed FROM fact_definition ORDER BY name`)
	if err != nil {
		return nil, fmt.Errorf("reading the facts: %w", err)
	}
	return facts, nil
}

// factTypes are the table's names of the contract's.
var factTypes = map[benefitsv1.FactType]string{
	benefitsv1.FactType_FACT_TYPE_BOOL: "bool", benefitsv1.FactType_FACT_TYPE_INT: "int",
	benefitsv1.FactType_FACT_TYPE_DOUBLE: "double", benefitsv1.FactType_FACT_TYPE_STRING: "string",
	benefitsv1.FactType_FACT_TYPE_DATE: "date", benefitsv1.FactType_FACT_TYPE_STRING_LIST: "string_list",
}

func factType(name string) benefitsv1.FactType {
	for kind, known := range factTypes {
		if known == name {
			return kind
		}
	}
	return benefitsv1.FactType_FACT_TYPE_UNSPECIFIED
}
