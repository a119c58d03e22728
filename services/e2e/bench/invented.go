package main

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
)

// invented is a person who does not exist. The same number gives the same person in each run.
type invented struct {
	key, given, first, second, birth, rut, email, phone string
}

// batchRows is how many rows the import command sends at once.
const batchRows = 500

var (
	givenNames = []string{"ANA", "BRUNO", "CARLA MARÍA", "DIEGO", "ELENA", "FEDERICO JOSÉ", "GLORIA", "HUGO", "IRENE", "JOAQUÍN"}
	surnames   = []string{"ACOSTA", "BÁEZ", "CHAN", "DZUL", "ECHEVERRÍA", "FUENTES", "GÓNGORA", "HERRERA", "IBÁÑEZ", "LADRÓN DE GUEVARA"}
)

// cardHolder tells whether person i of those up to before end gets a card of the platform's: so many do, evenly spread
// from first on.
func cardHolder(i, first, end int) bool {
	step := (end - first) / holders
	return (i-first)%step == 0 && (i-first)/step < holders
}

// inventedPerson makes up person i. Keys of card holders begin with H, those of others with P.
func inventedPerson(i int, holder bool) invented {
	random := rand.New(rand.NewPCG(1, uint64(i))) //nolint:gosec // the same persons in every run
	of := func(names []string) string { return names[random.IntN(len(names))] }
	kind := "P"
	if holder {
		kind = "H"
	}
	key := fmt.Sprintf("%s%08d", kind, i)
	return invented{
		key: key, given: of(givenNames), first: of(surnames), second: of(surnames),
		birth: fmt.Sprintf("%d-%02d-%02d", 1950+random.IntN(55), 1+random.IntN(12), 1+random.IntN(28)),
		rut:   rut(10_000_000 + i), email: key + "@alumnos.example.org", phone: fmt.Sprintf("+52 999 555 %04d", random.IntN(10_000)),
	}
}

// rut gives a number its check digit, modulo 11.
func rut(number int) string {
	sum, weight := 0, 2
	for n := number; n > 0; n /= 10 {
		sum += n % 10 * weight
		if weight++; weight == 8 {
			weight = 2
		}
	}
	return strconv.Itoa(number) + "-" + string("0K987654321"[sum%11])
}

// writePersons writes persons first to before end as the import command reads them.
func writePersons(path string, first, end int) error {
	file, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("writing the persons to import: %w", err)
	}
	defer file.Close()
	out := bufio.NewWriter(file)
	fmt.Fprintln(out, "unique_key,given_names,first_surname,second_surname,birth_date,rut,email,phone")
	for i := first; i < end; i++ {
		p := inventedPerson(i, cardHolder(i, first, end))
		fmt.Fprintf(out, "%s,%s,%s,%s,%s,%s,%s,%s\n", p.key, p.given, p.first, p.second, p.birth, p.rut, p.email, p.phone)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing the persons to import: %w", err)
	}
	return nil
}
