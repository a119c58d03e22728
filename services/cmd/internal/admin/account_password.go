package admin

import (
	"crypto/md5" //nolint:gosec // document 004 has programs present passwords as their MD5; the platform stores Argon2id of it
	"encoding/hex"
	"os"
)

// passwordHelp says how passwords are given.
const passwordHelp = `The password is asked for at a terminal, unseen and twice, or read from the first line of standard input. Programs present the MD5 of it in lower-case hex digits (document 004), so that is what is stored, as Argon2id; nobody can read it again. With --presented, give what programs present, as it is: 8 to 128 bytes.`

// Password is one that is typed or read.
type Password struct {
	Presented bool `help:"What is typed or read is what programs present as the password, and not the clear text."`
}

// read returns what programs present.
func (p Password) read(in Input) (string, error) {
	text, err := in.secret(os.Stderr)
	if err != nil || p.Presented {
		return text, err
	}
	sum := md5.Sum([]byte(text)) //nolint:gosec // as above
	return hex.EncodeToString(sum[:]), nil
}
