package password

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
)

// errForm says that a text is no Argon2id in PHC form. It does not repeat it.
var errForm = errors.New("not Argon2id in PHC form")

// Bounds of what is read.
const (
	maxMemoryKiB = 1 << 20
	maxPasses    = 64
	maxBytes     = 64 // of salt and hash
)

// stored is a hash as it is stored, "$argon2id$v=19$m=19456,t=2,p=1$salt$hash".
type stored struct {
	memoryKiB, passes uint32
	salt, hash        []byte
}

func (s stored) String() string {
	text := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=1$%s$%s", argon2.Version, s.memoryKiB, s.passes, text(s.salt), text(s.hash))
}

func parse(phc string) (s stored, err error) {
	fields := strings.Split(phc, "$")
	if len(fields) != 6 || fields[0] != "" || fields[1] != "argon2id" || fields[2] != "v="+strconv.Itoa(argon2.Version) {
		return stored{}, errForm
	}
	costs := strings.Split(fields[3], ",")
	if len(costs) != 3 || costs[2] != "p=1" {
		return stored{}, errForm
	}
	if s.memoryKiB, err = cost(costs[0], "m=", maxMemoryKiB); err != nil {
		return stored{}, err
	}
	if s.passes, err = cost(costs[1], "t=", maxPasses); err != nil {
		return stored{}, err
	}
	for field, into := range map[string]*[]byte{fields[4]: &s.salt, fields[5]: &s.hash} {
		if *into, err = base64.RawStdEncoding.Strict().DecodeString(field); err != nil || len(*into) == 0 || len(*into) > maxBytes {
			return stored{}, errForm
		}
	}
	if s.String() != phc { // there is one way to write it
		return stored{}, errForm
	}
	return s, nil
}

func cost(text, name string, most uint64) (uint32, error) {
	digits, ok := strings.CutPrefix(text, name)
	number, err := strconv.ParseUint(digits, 10, 32)
	if !ok || err != nil || number < 1 || number > most {
		return 0, errForm
	}
	return uint32(number), nil
}
