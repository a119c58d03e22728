package iddi

import (
	"fmt"
	"strconv"

	iddiv1 "github.com/ventanilla/ventanilla/proto/gen/go/iddi/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// letters are the document's for types of membership.
var letters = map[identityv1.MembershipType]string{
	identityv1.MembershipType_MEMBERSHIP_TYPE_STUDENT_UPPER_SECONDARY: "B",
	identityv1.MembershipType_MEMBERSHIP_TYPE_STUDENT_UNDERGRADUATE:   "L",
	identityv1.MembershipType_MEMBERSHIP_TYPE_STUDENT_POSTGRADUATE:    "P",
	identityv1.MembershipType_MEMBERSHIP_TYPE_WORKER_ADMINISTRATIVE:   "A",
	identityv1.MembershipType_MEMBERSHIP_TYPE_WORKER_TEACHING:         "D",
	identityv1.MembershipType_MEMBERSHIP_TYPE_EXTERNAL:                "E",
	identityv1.MembershipType_MEMBERSHIP_TYPE_STAFF:                   "S",
}

// membershipOf writes a membership as the entry that its type has.
func membershipOf(known *identityv1.ProfileMembership) (*iddiv1.Perfil, error) {
	m := known.GetMembership()
	switch letter := letters[m.GetType()]; letter {
	case "B", "L", "P":
		return &iddiv1.Perfil{Kind: &iddiv1.Perfil_Estudiante{Estudiante: &iddiv1.Estudiante{
			Tipo:       letter,
			IdPerfil:   m.GetMembershipId(),
			Matricula:  unlessEmpty(m.GetNumber()),
			CarreraId:  number(m.GetProgramme()),
			UAcademica: known.GetAcademicUnitName(),
			Programa:   known.GetProgrammeName(),
			Periodo:    m.GetTerm(),
			Estatus:    m.GetStatus(),
			IdIddiQr:   m.GetHasCard(),
			VigenciaAt: unlessEmpty(m.GetValidUntil()),
		}}}, nil
	case "A", "D":
		return &iddiv1.Perfil{Kind: &iddiv1.Perfil_Trabajador{Trabajador: &iddiv1.Trabajador{
			Tipo:          letter,
			IdPerfil:      m.GetMembershipId(),
			NumEmpleado:   unlessEmpty(m.GetNumber()),
			Estatus:       m.GetStatus(),
			IdIddiQr:      m.GetHasCard(),
			VigenciaAt:    unlessEmpty(m.GetValidUntil()),
			Adscripcion:   known.GetDepartmentName(),
			Plaza:         unlessEmpty(m.GetPosition()),
			FechaIngreso:  unlessEmpty(m.GetHiredOn()),
			NivelSalarial: unlessEmpty(m.GetSalaryLevel()),
		}}}, nil
	case "E", "S":
		return &iddiv1.Perfil{Kind: &iddiv1.Perfil_Externo{Externo: &iddiv1.Externo{
			Tipo:       letter,
			IdPerfil:   m.GetMembershipId(),
			Entidad:    m.GetEntity(),
			Estatus:    m.GetStatus(),
			VigenciaAt: unlessEmpty(m.GetValidUntil()),
		}}}, nil
	}
	return nil, fmt.Errorf("the family has no entry for %s", m.GetType())
}

// number is a code of digits as a number; nil for none.
func number(code string) *int32 {
	n, err := strconv.ParseInt(code, 10, 32)
	if err != nil {
		return nil
	}
	return new(int32(n))
}
