// Package demo fills a platform with invented partners and writes down what a
// person, a test or a collection needs to call it: demo.json and a few curl lines.
package demo

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/go-jose/go-jose/v4"
)

// File is demo.json. Keys may be added, not renamed.
type File struct {
	BaseURL  string `json:"base_url"`
	HTTPURL  string `json:"http_url"`
	AdminURL string `json:"admin_url"`
	// AdminRPC is the mTLS address of the admin RPCs.
	AdminRPC string `json:"admin_rpc"`
	CAFile   string `json:"ca_file"`
	CMP      CMP    `json:"cmp"`
	TUIDD    TUIDD  `json:"tuidd"`
	OAuth    OAuth  `json:"oauth"`
	IDDI     IDDI   `json:"iddi"`
	Mosia    Mosia  `json:"mosia"`
	Colppy   Colppy `json:"colppy"`
	// Internal is how a program of the organisation's own calls the services over gRPC.
	Internal Internal `json:"internal"`
}

// InternalRole is the name of that program in the demo.
const InternalRole = "reporting"

// Internal is what such a program needs.
type Internal struct {
	Role string `json:"role"`
	// RolesCAFile vouches for the roles; CertFile and KeyFile are the program's own. They change at each start.
	RolesCAFile          string `json:"roles_ca_file"`
	CertFile             string `json:"cert_file"`
	KeyFile              string `json:"key_file"`
	AuthAddress          string `json:"auth_address"`
	IdentityAddress      string `json:"identity_address"`
	BenefitsAddress      string `json:"benefits_address"`
	NotificationsAddress string `json:"notifications_address"`
	SessionAddress       string `json:"session_address"`
}

// TUIDD holds the credentials of two resource servers of the Mobile Connect gateway, and what a service provider needs.
type TUIDD struct {
	// ClientID may introspect the cmp client's tokens.
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
	// ForeignClientID may not.
	ForeignClientID     string `json:"foreign_client_id"`
	ForeignClientSecret string `json:"foreign_client_secret"`
	// ProviderClientID is the client of the service provider with ProviderID, who may consume the service with ServiceID.
	ProviderClientID     string `json:"provider_client_id"`
	ProviderClientSecret string `json:"provider_client_secret"`
	ProviderID           int64  `json:"provider_id"`
	ServiceToken         string `json:"service_token"`
	ServiceID            int32  `json:"service_id"`
	// Destination is a person with a telephone, a mail address and a device.
	Destination string `json:"destination"`
}

// OAuth holds two clients of the Mobile Connect gateway that authenticate with keys of their own (RFC 7523).
type OAuth struct {
	// ClientID is a partner, whose tokens are signed with ES256.
	ClientID   string           `json:"client_id"`
	PrivateKey *jose.JSONWebKey `json:"private_key"`
	// ResourceServerClientID may introspect the partner's tokens; signed answers to it are signed with EdDSA.
	ResourceServerClientID   string           `json:"resource_server_client_id"`
	ResourceServerPrivateKey *jose.JSONWebKey `json:"resource_server_private_key"`
}

// Read returns the file of an earlier run, or an empty one.
func Read(path string) (File, error) {
	var f File
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return f, nil
	}
	if err != nil {
		return f, fmt.Errorf("reading the demo file: %w", err)
	}
	if err := json.Unmarshal(text, &f); err != nil {
		return f, fmt.Errorf("reading %s: %w (delete it to have new credentials made)", path, err)
	}
	return f, nil
}

// Encode returns the file's text.
func (f File) Encode() ([]byte, error) {
	text, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("writing the demo file: %w", err)
	}
	return append(text, '\n'), nil
}
