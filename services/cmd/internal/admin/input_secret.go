package admin

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"
)

// maxSecret bounds a line that is read, in bytes.
const maxSecret = 1024

// secret asks for a password on a terminal, unseen and twice, or reads the first line.
func (i Input) secret(out io.Writer) (string, error) {
	fd, ok := i.terminal()
	if !ok {
		lines, err := i.lines(1)
		if err != nil {
			return "", err
		}
		return lines[0], nil
	}
	text, err := unseen(fd, out, "Password: ")
	if err != nil {
		return "", err
	}
	again, err := unseen(fd, out, "Again: ")
	if err == nil && again != text {
		err = fmt.Errorf("%w: the passwords differ: nothing was done", ErrUsage)
	}
	return text, err
}

// login asks for a login and its password, unseen, on a terminal, or reads them from the first two lines.
func (i Input) login(out io.Writer) (login, password string, err error) {
	fd, ok := i.terminal()
	if !ok {
		lines, err := i.lines(2)
		if err != nil {
			return "", "", err
		}
		return lines[0], lines[1], nil
	}
	if _, err := fmt.Fprint(out, "Login: "); err != nil {
		return "", "", err
	}
	lines, err := i.lines(1)
	if err != nil {
		return "", "", err
	}
	password, err = unseen(fd, out, "Password: ")
	return lines[0], password, err
}

// terminal is that on which an operator answers; false where nobody can.
func (i Input) terminal() (fd int, ok bool) {
	file, ok := i.Reader.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return 0, false
	}
	return int(file.Fd()), true
}

// unseen asks for what is not shown as it is typed.
func unseen(fd int, out io.Writer, prompt string) (string, error) {
	if _, err := fmt.Fprint(out, prompt); err != nil {
		return "", err
	}
	text, err := term.ReadPassword(fd)
	fmt.Fprintln(out) // the end of the line was not seen either
	if err != nil {
		return "", fmt.Errorf("reading the password: %w", err)
	}
	if len(text) == 0 {
		return "", errNothingGiven
	}
	return string(text), nil
}

var errNothingGiven = fmt.Errorf("%w: nothing was given: type it, or give it on standard input, a line each", ErrUsage)

// lines are the first of what is read, without their ends. None may be empty.
func (i Input) lines(number int) ([]string, error) {
	scanner := bufio.NewScanner(i.Reader)
	scanner.Buffer(make([]byte, maxSecret+2), maxSecret+2)
	all := make([]string, number)
	for n := range all {
		if !scanner.Scan() || scanner.Text() == "" {
			switch err := scanner.Err(); {
			case errors.Is(err, bufio.ErrTooLong):
				return nil, fmt.Errorf("%w: a line is longer than %d bytes", ErrUsage, maxSecret)
			case err != nil:
				return nil, fmt.Errorf("reading standard input: %w", err)
			}
			return nil, errNothingGiven
		}
		all[n] = scanner.Text()
	}
	return all, nil
}
