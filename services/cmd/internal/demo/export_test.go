package demo

// Recorded are the facts that are recorded of each citizen and household of the demo, by their names in expressions.
func Recorded() ([]map[string]any, error) {
	known, err := inventedPopulation()
	if err != nil {
		return nil, err
	}
	var all []map[string]any
	for _, h := range append(known.Production, known.Staging...) {
		all = append(all, spoken("household.", h.Facts))
		for _, r := range h.Residents {
			all = append(all, spoken("person.", r.Facts))
		}
	}
	return all, nil
}

func spoken(prefix string, facts map[string]any) map[string]any {
	out := make(map[string]any, len(facts))
	for name, value := range facts {
		out[prefix+name] = value
	}
	return out
}

// ReadCatalogue reads the files of the catalogue that are published, and those that are not.
var ReadCatalogue = readCatalogue

// The catalogue's folders.
const (
	CatalogueFolder = catalogueFolder
	DraftsFolder    = draftsFolder
)
