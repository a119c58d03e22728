package e2e

import "testing"

// card is one that a person holds.
type card struct{ folio, signature string }

// card gives an invented person of a data set a card.
func (p *platform) card(t *testing.T, set string) card {
	t.Helper()
	var person struct {
		Person struct {
			ID string `json:"person_id"`
		} `json:"person"`
	}
	owner := p.owner()
	owner.run(t, nil, "catalogue", "put", "statuses", "ACTIVO", "Activo", "--data-set", set)
	owner.run(t, &person, "person", "create", "matrix-"+set, "ANA", "--surname", "PRUEBA", "--data-set", set)
	var membership struct {
		Membership struct {
			ID string `json:"membership_id"`
		} `json:"membership"`
	}
	owner.run(t, &membership, "membership", "add", person.Person.ID, "external", "--status", "ACTIVO", "--entity", "ENTIDAD INVENTADA")
	var issued struct {
		Card struct {
			Folio     string `json:"folio"`
			Signature string `json:"signature"`
		} `json:"card"`
	}
	owner.run(t, &issued, "card", "issue", membership.Membership.ID)
	return card{issued.Card.Folio, issued.Card.Signature}
}
