package operatorcert

import (
	"crypto/x509"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/ventanilla/ventanilla/pkg/pki"
)

// MaxSize is the largest certificate that Read looks at, in bytes of DER.
const MaxSize = 16 << 10

// ErrInvalid says that a text is no operator's certificate that is valid now.
var ErrInvalid = errors.New("not a valid operator certificate")

// Identity is what a certificate says.
type Identity struct {
	// Name is the operator's.
	Name string
	// Epoch is the operator's epoch when it was issued.
	Epoch int64
	// Expires is the end of its life.
	Expires time.Time
}

// Issue signs a PKCS #10 request (DER, RFC 2986) for an operator. It fails with
// pki.ErrRequest when the request cannot be signed.
func Issue(ca *pki.CA, request []byte, name string, epoch int64, life time.Duration) (*x509.Certificate, error) {
	return ca.SignClient(request, commonName(name, epoch), life)
}

// Read checks a certificate (DER) against the authority that Issue signed with, and
// against the time. It fails with ErrInvalid.
func Read(ca *pki.CA, der []byte, now time.Time) (Identity, error) {
	if len(der) > MaxSize {
		return Identity{}, ErrInvalid
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return Identity{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	_, err = certificate.Verify(x509.VerifyOptions{
		Roots:         ca.Pool(),
		Intermediates: x509.NewCertPool(),
		CurrentTime:   now,
		KeyUsages:     []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
	if err != nil {
		return Identity{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	name, epoch, ok := parseCommonName(certificate.Subject.CommonName)
	if !ok {
		return Identity{}, ErrInvalid
	}
	return Identity{Name: name, Epoch: epoch, Expires: certificate.NotAfter}, nil
}

// separator stands between name and epoch; no operator's name has it.
const separator = "#"

func commonName(name string, epoch int64) string {
	return name + separator + strconv.FormatInt(epoch, 10)
}

func parseCommonName(text string) (name string, epoch int64, ok bool) {
	name, number, _ := strings.Cut(text, separator)
	epoch, err := strconv.ParseInt(number, 10, 64)
	return name, epoch, err == nil && name != "" && epoch >= 0 && commonName(name, epoch) == text
}
