package demo

import (
	"context"
	"fmt"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// putCatalogues enters the codes that the demo's memberships have, and more to turn pages of. Types and statuses are there.
func (to Identity) putCatalogues(ctx context.Context, set authv1.DataSet) error {
	for _, list := range []struct {
		catalogue identityv1.Catalogue
		entries   [][2]string
	}{
		{identityv1.Catalogue_CATALOGUE_PROGRAMMES, programmes},
		{identityv1.Catalogue_CATALOGUE_ACADEMIC_UNITS, academicUnits},
		{identityv1.Catalogue_CATALOGUE_DEPARTMENTS, departments},
	} {
		for _, entry := range list.entries {
			_, err := to.Catalogues.PutCatalogueEntry(ctx, &identityv1.PutCatalogueEntryRequest{
				Entry: &identityv1.CatalogueEntry{Catalogue: list.catalogue, Code: entry[0], Name: entry[1]}, DataSet: set,
			})
			if err != nil {
				return fmt.Errorf("entering %s %s: %w", list.catalogue, entry[0], err)
			}
		}
	}
	return nil
}

// Catalogues of an invented university, by code.
var (
	academicUnits = [][2]string{
		{"01", "Escuela Preparatoria"},
		{"11", "Facultad de Arquitectura"},
		{"12", "Facultad de Educación"},
		{"13", "Facultad de Derecho"},
		{"14", "Facultad de Ingeniería"},
		{"15", "Facultad de Matemáticas"},
		{"16", "Facultad de Medicina"},
		{"17", "Facultad de Psicología"},
	}
	departments = [][2]string{
		{"120", "Facultad de Educación"},
		{"140", "Facultad de Ingeniería"},
		{"150", "Facultad de Matemáticas"},
		{"310", "Dirección de Control Escolar"},
		{"320", "Dirección de Personal"},
		{"330", "Coordinación de Tecnologías de Información"},
		{"340", "Sistema Bibliotecario"},
		{"350", "Contraloría"},
	}
	programmes = [][2]string{
		{"101", "Bachillerato General"},
		{"102", "Bachillerato con Interacción Comunitaria"},
		{"6110", "Arquitectura"},
		{"6120", "Diseño del Hábitat"},
		{"6130", "Artes Visuales"},
		{"6210", "Derecho"},
		{"6310", "Contador Público"},
		{"6320", "Administración"},
		{"6330", "Mercadotecnia y Negocios Internacionales"},
		{"6410", "Ingeniería Civil"},
		{"6420", "Ingeniería Física"},
		{"6430", "Ingeniería en Mecatrónica"},
		{"6440", "Ingeniería en Energías Renovables"},
		{"6450", "Ingeniería Química Industrial"},
		{"6460", "Ingeniería en Alimentos"},
		{"6510", "Actuaría"},
		{"6520", "Matemáticas"},
		{"6530", "Ciencias de la Computación"},
		{"6540", "Ingeniería de Software"},
		{"6550", "Enseñanza de las Matemáticas"},
		{"6610", "Médico Cirujano"},
		{"6620", "Nutrición"},
		{"6630", "Rehabilitación"},
		{"6640", "Enfermería"},
		{"6650", "Cirujano Dentista"},
		{"6660", "Químico Farmacéutico Biólogo"},
		{"6710", "Psicología"},
		{"6810", "Antropología Social"},
		{"6820", "Arqueología"},
		{"6830", "Historia"},
		{"6840", "Literatura Latinoamericana"},
		{"6850", "Comunicación Social"},
		{"6895", "Ciencias de la Educación"},
		{"6896", "Enseñanza del Idioma Inglés"},
		{"6910", "Biología"},
		{"6920", "Biología Marina"},
		{"6930", "Medicina Veterinaria y Zootecnia"},
		{"7310", "Maestría en Ciencias Matemáticas"},
		{"7325", "Maestría en Ingeniería Ambiental"},
		{"7340", "Doctorado en Ciencias Sociales"},
	}
)
