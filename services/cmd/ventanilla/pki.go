package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/ventanilla/ventanilla/pkg/pki"
)

// serviceCALife is long, since every role has to be given a new one when it ends.
const serviceCALife = 5 * 365 * 24 * time.Hour

type pkiCmd struct {
	Init  pkiInitCmd  `cmd:"" help:"Make a certificate authority for the roles."`
	Issue pkiIssueCmd `cmd:"" help:"Make a certificate: for a role, for bootstrap (who sets a platform up), or for the edge."`
}

type pkiInitCmd struct {
	Dir string `help:"Folder to write ca.pem and ca-key.pem to." required:"" placeholder:"DIR" type:"path"`
}

// Run makes the authority; one that is there is kept.
func (c pkiInitCmd) Run(out io.Writer) error {
	if _, err := os.Stat(filepath.Join(c.Dir, "ca-key.pem")); !errors.Is(err, fs.ErrNotExist) {
		return asUsage(fmt.Errorf("%s has a certificate authority: use it, or another --dir", c.Dir))
	}
	ca, err := pki.NewCA("Ventanilla roles", serviceCALife, time.Now)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return fmt.Errorf("making %s: %w", c.Dir, err)
	}
	if err := ca.Save(c.Dir); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s\n%s\n", filepath.Join(c.Dir, "ca.pem"), filepath.Join(c.Dir, "ca-key.pem"))
	return err
}

type pkiIssueCmd struct {
	Dir  string   `help:"Folder of the authority." required:"" placeholder:"DIR" type:"path"`
	Role string   `arg:"" help:"${roles}; bootstrap, which sets a platform up; edge, for the partners' HTTPS address; or the name of a program of yours, as internal_roles has it."`
	Host []string `help:"A further host name or address that the certificate is good for; may be repeated." placeholder:"HOST"`
}

// Validate is called when the command line was read.
func (c pkiIssueCmd) Validate() error {
	if !pki.ValidRole(c.Role) {
		return fmt.Errorf("%q cannot be a role: lower-case letters, digits and hyphens, a letter first, 40 at most", c.Role)
	}
	return nil
}

// Run makes the certificate.
func (c pkiIssueCmd) Run(out io.Writer) error {
	ca, err := pki.LoadCA(c.Dir, time.Now)
	if err != nil {
		return asUsage(err)
	}
	leaf, err := c.issue(ca)
	if err != nil {
		return err
	}
	if err := pki.SaveLeaf(c.Dir, c.Role, leaf); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s\n%s\n", filepath.Join(c.Dir, c.Role+".pem"), filepath.Join(c.Dir, c.Role+"-key.pem"))
	return err
}

func (c pkiIssueCmd) issue(ca *pki.CA) (tls.Certificate, error) {
	if c.Role == "edge" {
		return ca.IssueServer(append(c.Host, "localhost", "127.0.0.1", "::1")...)
	}
	return ca.IssueRole(c.Role, c.Host...)
}
