package admin

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// ErrUsage marks what the operator has to type otherwise.
var ErrUsage = errors.New("wrong usage")

var errNotConfirmed = errors.New("not confirmed: nothing was done")

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
	answer, err := i.ask(out, question+" [y/N] ")
	if err != nil {
		return err
	}
	if answer = strings.ToLower(answer); answer != "y" && answer != "yes" {
		return errNotConfirmed
	}
	return nil
}

// confirmName is confirm for what is worse: the name of what is done away with has to be typed. With yes it does not ask.
func (i Input) confirmName(yes bool, warning, name string) error {
	if yes {
		return nil
	}
	answer, err := i.ask(os.Stderr, warning+"\nType "+name+" to confirm: ")
	if err != nil {
		return err
	}
	if answer != name {
		return errNotConfirmed
	}
	return nil
}

func (i Input) ask(out io.Writer, question string) (string, error) {
	if _, ok := i.terminal(); !ok {
		return "", fmt.Errorf("%w: this cannot be undone: confirm it with --yes", ErrUsage)
	}
	if _, err := fmt.Fprint(out, question); err != nil {
		return "", err
	}
	answer, err := bufio.NewReader(i.Reader).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("reading the answer: %w", err)
	}
	return strings.TrimSpace(answer), nil
}
