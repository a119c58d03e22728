package testkit_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/smtp"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/testkit"
)

func TestOpenSMTPDKeepsMailOfItsMailbox(t *testing.T) {
	server := testkit.OpenSMTPD(t, nil)
	authority, err := os.ReadFile(server.CAFile)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(authority)
	client, err := smtp.Dial(server.Address)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if err := client.Mail("a@sender.example"); err == nil || !strings.HasPrefix(err.Error(), "530 ") {
		t.Errorf("without TLS: %v", err)
	}
	if err := client.StartTLS(&tls.Config{RootCAs: roots, ServerName: "127.0.0.1"}); err != nil {
		t.Fatal(err)
	}
	if err := client.Mail("a@sender.example"); err != nil {
		t.Fatal(err)
	}
	if err := client.Rcpt("nobody@mail.example"); err == nil || !strings.HasPrefix(err.Error(), "550 ") {
		t.Errorf("to nobody: %v", err)
	}
	if err := client.Rcpt(testkit.Mailbox); err != nil {
		t.Fatal(err)
	}
	body, err := client.Data()
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(body, "Subject: hola\r\n\r\nqué tal\r\n")
	if err := errors.Join(body.Close(), client.Quit()); err != nil {
		t.Fatal(err)
	}
	testkit.Eventually(t, time.Minute, func() error {
		mails, err := server.Mails()
		if err != nil || len(mails) != 1 || !strings.Contains(mails[0], "Subject: hola") {
			return fmt.Errorf("kept: %q, %w", mails, err)
		}
		return nil
	})
}
