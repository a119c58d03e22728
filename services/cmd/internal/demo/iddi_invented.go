package demo

import (
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// person is an invented one with what it is to the institution.
type person struct {
	*identityv1.Person
	memberships []*identityv1.Membership
}

// lastDay is that of students' memberships: none ends while a demo runs.
const lastDay = "2036-12-31"

// persons are invented. The first has the card of demo.json, the second the revoked one.
func persons() []person {
	return []person{
		{invented("A19003500", "María del Consuelo", "Ladrón de Guevara", "De la Tejera", "1995-03-14", "LATC950314MYNRJL04"), []*identityv1.Membership{
			student(identityv1.MembershipType_MEMBERSHIP_TYPE_STUDENT_UNDERGRADUATE, "19003500", "6895", "12", "INSCRITO"),
			worker(identityv1.MembershipType_MEMBERSHIP_TYPE_WORKER_TEACHING, "4711", "120", "Auxiliar de docencia"),
		}},
		{invented("A20011873", "Xavier", "Peña", "Dzul", "1991-08-02", "PEXD910802HYNRXN06"), []*identityv1.Membership{
			student(identityv1.MembershipType_MEMBERSHIP_TYPE_STUDENT_POSTGRADUATE, "20011873", "7310", "15", "INSCRITO"),
		}},
		{invented("T00002208", "Aurelia", "Cupul", "Mex", "1988-01-20", "CUMA880120MYNHYN05"), []*identityv1.Membership{
			worker(identityv1.MembershipType_MEMBERSHIP_TYPE_WORKER_ADMINISTRATIVE, "2208", "310", "Jefa de control escolar"),
		}},
		{invented("T00000057", "Juan Tomás", "Tuyub", "Canché", "1979-06-05", "TUCJ790605HYNTNR05"), []*identityv1.Membership{
			worker(identityv1.MembershipType_MEMBERSHIP_TYPE_WORKER_TEACHING, "57", "140", "Profesor titular"),
			student(identityv1.MembershipType_MEMBERSHIP_TYPE_STUDENT_POSTGRADUATE, "22000412", "7325", "14", "A PAGO"),
		}},
		{invented("A24100077", "Irene", "Zúñiga", "", "2008-09-17", ""), []*identityv1.Membership{
			student(identityv1.MembershipType_MEMBERSHIP_TYPE_STUDENT_UPPER_SECONDARY, "24100077", "101", "01", "INSCRITO"),
		}},
		{invented("A15007741", "Emilio", "Navarrete", "Uicab", "1997-04-11", ""), []*identityv1.Membership{
			student(identityv1.MembershipType_MEMBERSHIP_TYPE_STUDENT_UNDERGRADUATE, "15007741", "6120", "11", "EGRESADO"),
			elsewhere(identityv1.MembershipType_MEMBERSHIP_TYPE_EXTERNAL, "Despacho de Arquitectura del Sureste"),
		}},
		{invented("E00000311", "Pilar", "Collí", "Pacheco", "1985-09-30", ""), []*identityv1.Membership{
			elsewhere(identityv1.MembershipType_MEMBERSHIP_TYPE_EXTERNAL, "Biblioteca Pública Central"),
		}},
		{invented("S00000019", "Mirna Lorena", "Baas", "Llanes", "1993-02-22", ""), []*identityv1.Membership{
			elsewhere(identityv1.MembershipType_MEMBERSHIP_TYPE_STAFF, "Cafetería del Campus de Ciencias"),
		}},
	}
}

// stagingPersons are those of the other data set.
func stagingPersons() []person {
	return []person{
		{invented("P00000001", "Prueba", "De Integración", "", "2000-01-01", ""), []*identityv1.Membership{
			student(identityv1.MembershipType_MEMBERSHIP_TYPE_STUDENT_UNDERGRADUATE, "00000001", "6895", "12", "INSCRITO"),
		}},
	}
}

// invented is a person with an address and a number that are nobody's.
func invented(key, given, first, second, born, curp string) *identityv1.Person {
	p := &identityv1.Person{
		UniqueKey: key, GivenNames: given, FirstSurname: first, SecondSurname: second, BirthDate: born,
		Contacts: []*identityv1.Contact{
			{Kind: identityv1.ContactKind_CONTACT_KIND_EMAIL, Value: key + "@alumnos.example.org"},
			{Kind: identityv1.ContactKind_CONTACT_KIND_PHONE, Value: "+52 999 555 " + key[len(key)-4:]},
		},
		PhotoUrl: "https://fotos.example.org/" + key + ".jpg", PhotoAccepted: true, MobileIdentity: true,
	}
	if curp != "" {
		p.Identifiers = []*identityv1.Identifier{{Kind: identityv1.IdentifierKind_IDENTIFIER_KIND_CURP, Value: curp}}
	}
	return p
}

func student(of identityv1.MembershipType, number, programme, unit, status string) *identityv1.Membership {
	return &identityv1.Membership{
		Type: of, Number: number, Programme: programme, AcademicUnit: unit, Term: "AGO2026", Status: status, ValidUntil: lastDay,
	}
}

func worker(of identityv1.MembershipType, number, department, position string) *identityv1.Membership {
	return &identityv1.Membership{
		Type: of, Number: number, Department: department, Status: "ACTIVO", Position: position, HiredOn: "2014-08-16", SalaryLevel: "12",
	}
}

func elsewhere(of identityv1.MembershipType, entity string) *identityv1.Membership {
	return &identityv1.Membership{Type: of, Entity: entity, Status: "ACTIVO", ValidUntil: lastDay}
}
