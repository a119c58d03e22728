package testkit

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

const mailPatience = 60 * time.Second

// Mail that a MailServer takes: for Mailbox, which keeps it, and for GoneMailbox, which it finds out too late not to have, so that it sends
// a bounce. It refuses all other recipients of the domain.
const (
	Mailbox     = "ana@mail.example"
	GoneMailbox = "gone@mail.example"
)

// MailServer is an OpenSMTPD.
type MailServer struct {
	t      testing.TB
	folder string
	port   int
	front  *mailFront
	daemon *leashed
	// Address is the server's, host:port. It takes nothing before STARTTLS.
	Address string
	// PlainAddress is the same without TLS.
	PlainAddress string
	// CAFile has the certificate, in PEM, of the authority of the server's own.
	CAFile string
}

// OpenSMTPD starts a mail server of the test's own from the installed program, and ends it with the test. Mail for a domain of relays goes to
// the server at its address, host:port. The test fails, never skips, when the program is not there.
//
// The program's folders are fixed, and it must be root: it runs in namespaces of mounts and processes of its own, where the folders are its
// own too. So tests may run side by side, and beside a mail server of the machine.
func OpenSMTPD(t testing.TB, relays map[string]string) *MailServer {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Fatal("this test starts OpenSMTPD, which has to be root: run it as root")
	}
	s := &MailServer{t: t}
	t.Cleanup(s.stop)
	if err := s.start(relays); err != nil {
		t.Fatalf("starting OpenSMTPD: %v", err)
	}
	Eventually(t, mailPatience, func() error {
		if err := listening(s.port); err != nil {
			return fmt.Errorf("smtpd: %w\n%s", err, s.daemon.log())
		}
		return nil
	})
	return s
}

func (s *MailServer) start(relays map[string]string) (err error) {
	program, err := exec.LookPath("smtpd")
	if err != nil {
		if program, err = exec.LookPath("/usr/sbin/smtpd"); err != nil {
			return fmt.Errorf("this test needs it: install OpenSMTPD 6.8 or newer (Debian: apt-get install opensmtpd): %w", err)
		}
	}
	if s.folder, err = os.MkdirTemp("", "ventanilla-mail-"); err != nil {
		return err
	}
	if s.port, err = FreePort(context.Background()); err != nil {
		return err
	}
	if err := s.configure(relays); err != nil {
		return err
	}
	s.PlainAddress = "127.0.0.1:" + strconv.Itoa(s.port)
	if s.front, err = newMailFront(s.PlainAddress); err != nil {
		return err
	}
	s.Address, s.CAFile = s.front.address(), filepath.Join(s.folder, "ca.pem")
	if err := os.WriteFile(s.CAFile, s.front.authority, 0o600); err != nil {
		return err
	}
	s.daemon, err = leash(s.folder, "smtpd", "unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c",
		`mount -t tmpfs -o mode=755 spool /var/spool && mount -t tmpfs -o mode=755 run /run && exec "$0" -d -f "$1"`,
		program, s.config())
	return err
}

func (s *MailServer) config() string { return filepath.Join(s.folder, "smtpd.conf") }

// configure writes the settings, and the folder of the mailbox, which a user who may nothing else writes to.
func (s *MailServer) configure(relays map[string]string) error {
	var text strings.Builder
	fmt.Fprintf(&text, "listen on 127.0.0.1 port %d hostname mail.example\n", s.port)
	fmt.Fprintf(&text, "table users { %q = nobody, %q = nobody }\n", Mailbox, GoneMailbox)
	fmt.Fprintf(&text, "action keep maildir %q virtual <users>\n", s.mailbox())
	fmt.Fprintf(&text, "action lose mda \"exit 67\" virtual <users>\n") // EX_NOUSER
	fmt.Fprintf(&text, "match from any for rcpt-to %q action keep\nmatch from any for rcpt-to %q action lose\n", Mailbox, GoneMailbox)
	number := 0
	for domain, address := range relays {
		number++
		fmt.Fprintf(&text, "action relay%d relay host \"smtp+notls://%s\"\nmatch from any for domain %q action relay%d\n", number, address, domain, number)
	}
	if err := os.WriteFile(s.config(), []byte(text.String()), 0o600); err != nil {
		return err
	}
	nobody, err := user.Lookup("nobody")
	if err != nil {
		return err
	}
	uid, err := strconv.Atoi(nobody.Uid)
	if err != nil {
		return err
	}
	if err := os.Mkdir(s.mailbox(), 0o700); err != nil {
		return err
	}
	if err := os.Chown(s.mailbox(), uid, -1); err != nil {
		return err
	}
	return os.Chmod(s.folder, 0o711)
}

func (s *MailServer) mailbox() string { return filepath.Join(s.folder, "mailbox") }

// Mails are those that the mailbox keeps, in no order.
func (s *MailServer) Mails() ([]string, error) {
	files, err := filepath.Glob(filepath.Join(s.mailbox(), "new", "*"))
	if err != nil {
		return nil, err
	}
	mails := make([]string, len(files))
	for i, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		mails[i] = string(text)
	}
	return mails, nil
}

// Log is what the server has said.
func (s *MailServer) Log() string { return s.daemon.log() }

func (s *MailServer) stop() {
	if s.front != nil {
		s.front.stop()
	}
	if s.daemon != nil {
		s.daemon.stop()
	}
	if s.folder != "" {
		if err := os.RemoveAll(s.folder); err != nil {
			s.t.Error(err)
		}
	}
}
