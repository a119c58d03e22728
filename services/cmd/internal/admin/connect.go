// Package admin is the operators' command line: it calls the admin RPCs of a
// platform near or far, and shows the answers as a table, as lines or as JSON.
package admin

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"

	"github.com/ventanilla/ventanilla/pkg/pki"
)

// Connection says how to reach a platform and who is calling.
type Connection struct {
	Data       string `help:"Data folder of a platform on this machine: gives the defaults of --credential and --ca." placeholder:"DIR" type:"path"`
	Address    string `help:"Address of the admin window." default:"127.0.0.1:9443" placeholder:"HOST:PORT"`
	Credential string `help:"Your operator credential: a PEM file with certificate and key." placeholder:"FILE" type:"path"`
	CA         string `help:"The certificate authority of the admin window." placeholder:"FILE" type:"path"`
	ServerName string `help:"Name in the admin window's certificate where --address has another, as behind a tunnel or kubectl port-forward." placeholder:"HOST"`
	PKI        string `help:"Act as the bootstrap peer with the certificates of this folder, and call the service itself at --address: for the first operator, or when none is left." placeholder:"DIR" type:"path" name:"pki"`
	JSON       bool   `help:"Print JSON."`
}

// Dial makes the connection, which lives as long as the command. The bootstrap peer calls the named service, operators the
// admin window.
func (c Connection) Dial(service string) (*grpc.ClientConn, error) {
	config, err := c.tls(service)
	if err != nil {
		return nil, err
	}
	conn, err := grpc.NewClient(c.Address, grpc.WithTransportCredentials(credentials.NewTLS(config)))
	if err != nil {
		return nil, fmt.Errorf("connecting to %s: %w", c.Address, err)
	}
	return conn, nil
}

func (c Connection) tls(service string) (*tls.Config, error) {
	if c.PKI != "" {
		source, err := pki.NewFiles(pki.Config{
			CA:   filepath.Join(c.PKI, "ca.pem"),
			Cert: filepath.Join(c.PKI, "bootstrap.pem"),
			Key:  filepath.Join(c.PKI, "bootstrap-key.pem"),
		}, time.Now, slog.New(slog.DiscardHandler))
		if err != nil {
			return nil, fmt.Errorf("%w (`ventanilla pki issue bootstrap` makes the certificate)", err)
		}
		return pki.ClientTLS(source, service), nil
	}
	credential, ca := c.Credential, c.CA
	if credential == "" {
		credential = filepath.Join(c.Data, "operator.pem")
	}
	if ca == "" {
		ca = filepath.Join(c.Data, "ca.pem")
	}
	pair, err := tls.LoadX509KeyPair(credential, credential)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("no operator credential at %s: start the platform with `ventanilla up` and name its --data, or name your --credential", credential)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the operator credential %s: %w", credential, err)
	}
	roots := x509.NewCertPool()
	text, err := os.ReadFile(ca)
	if err != nil {
		return nil, fmt.Errorf("reading the certificate authority: %w", err)
	}
	if !roots.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("%s holds no certificate", ca)
	}
	return &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{pair}, RootCAs: roots, ServerName: c.ServerName}, nil
}
