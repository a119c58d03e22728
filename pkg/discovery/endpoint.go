package discovery

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"

	"go.etcd.io/etcd/client/v3/naming/endpoints"
)

const (
	endpointsPart = "/endpoints/"
	// maxValue is the longest value, in bytes, that is taken for an endpoint.
	maxValue = 4096
)

// roleKey is the key under which a role's instances are; it is what etcd's naming package calls a target.
func roleKey(prefix, role string) string { return prefix + endpointsPart + role }

// ParseEndpoint reads the value of an instance's key. It refuses values without a usable address.
func ParseEndpoint(value []byte) (endpoints.Endpoint, error) {
	if len(value) > maxValue {
		return endpoints.Endpoint{}, fmt.Errorf("endpoint is longer than %d bytes", maxValue)
	}
	var endpoint endpoints.Endpoint
	if err := json.Unmarshal(value, &endpoint); err != nil {
		return endpoints.Endpoint{}, fmt.Errorf("decoding endpoint: %w", err)
	}
	if err := checkAddress(endpoint.Addr); err != nil {
		return endpoints.Endpoint{}, fmt.Errorf("decoding endpoint: %w", err)
	}
	return endpoint, nil
}

// checkAddress wants host:port, both usable by a dialler.
func checkAddress(address string) error {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	if host == "" {
		return fmt.Errorf("address %q has no host", address)
	}
	if number, err := strconv.ParseUint(port, 10, 16); err != nil || number == 0 {
		return fmt.Errorf("address %q has no usable port", address)
	}
	return nil
}

func splitAddresses(list string) ([]string, error) {
	addresses := strings.Split(list, ",")
	var problems []error
	for _, address := range addresses {
		problems = append(problems, checkAddress(address))
	}
	return addresses, errors.Join(problems...)
}
