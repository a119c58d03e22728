package admin

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// ErrUsage marks what the operator has to type otherwise.
var ErrUsage = errors.New("wrong usage")

// maxFile bounds what is read for a flag: more than the platform takes.
const maxFile = 1 << 20

// Input is where an operator answers, and where a file named "-" is read from.
type Input struct{ Reader io.Reader }

// read returns the text of a file that a flag names; none when the flag was not given.
func (i Input) read(name string) (string, error) {
	if name == "" {
		return "", nil
	}
	source := i.Reader
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return "", fmt.Errorf("%w: %w", ErrUsage, err)
		}
		defer file.Close()
		source = file
	}
	text, err := io.ReadAll(io.LimitReader(source, maxFile))
	if err != nil {
		return "", fmt.Errorf("reading %s: %w", name, err)
	}
	if len(text) == 0 {
		return "", fmt.Errorf("%w: %s is empty", ErrUsage, name)
	}
	return string(text), nil
}

// confirm asks on a terminal, and refuses where nobody can answer.
func (i Input) confirm(out io.Writer, question string) error {
	file, ok := i.Reader.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return fmt.Errorf("%w: this cannot be undone: confirm it with --yes", ErrUsage)
	}
	if _, err := fmt.Fprintf(out, "%s [y/N] ", question); err != nil {
		return err
	}
	answer, err := bufio.NewReader(i.Reader).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("reading the answer: %w", err)
	}
	if answer = strings.ToLower(strings.TrimSpace(answer)); answer != "y" && answer != "yes" {
		return errors.New("not confirmed: nothing was done")
	}
	return nil
}
