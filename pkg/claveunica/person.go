package claveunica

import (
	"errors"
	"fmt"

	"github.com/ventanilla/ventanilla/pkg/nationalid"
)

var errNobody = errors.New("no test person has the RUT")

// Person is somebody who can log in.
type Person struct {
	// RUT is the person's, "44444444-4".
	RUT string
	// GivenNames and Surnames are one name each.
	GivenNames, Surnames []string
	// Email is told when it is not empty.
	Email string
}

// TestPersons are invented, but for the number of the first: it is the one of ClaveÚnica's own test person.
func TestPersons() []Person {
	return []Person{
		{RUT: "44444444-4", GivenNames: []string{"Marisol", "Inés"}, Surnames: []string{"Quilodrán", "Pizarro"}, Email: "marisol@persona.example"},
		{RUT: "55555555-5", GivenNames: []string{"Eliseo"}, Surnames: []string{"Huenchumilla", "Rojas"}},
	}
}

// register is persons by their RUTs, and these in order. It fails for one that is not valid or named twice.
func register(persons []Person) (byRUT map[string]Person, order []string, err error) {
	byRUT = make(map[string]Person, len(persons))
	for i, person := range persons {
		rut, err := nationalid.Parse(nationalid.RUT, person.RUT)
		if err != nil {
			return nil, nil, fmt.Errorf("the RUT of test person %d: %w", i+1, err)
		}
		if _, twice := byRUT[rut]; twice {
			return nil, nil, fmt.Errorf("the RUT of test person %d is another's too", i+1)
		}
		person.RUT = rut
		byRUT[rut] = person
		order = append(order, rut)
	}
	return byRUT, order, nil
}
