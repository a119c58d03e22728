package integration

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
)

// NamedValue is a header or a parameter. Its JSON has not the value, which may be secret.
type NamedValue struct {
	Name  string `json:"name"`
	Value string `json:"-"`
}

// Endpoint is one that answers with a JSON object.
type Endpoint struct {
	URL string `json:"url"`
	// Get says that it is called by GET, with the parameters in the query; else by POST, with them in JSON.
	Get        bool         `json:"get,omitempty"`
	Parameters []NamedValue `json:"parameters,omitempty"`
	Attributes string       `json:"attributes_pointer,omitempty"`
}

// Authorization is the step that fetches a token.
type Authorization struct {
	URL        string       `json:"url"`
	Headers    []NamedValue `json:"headers,omitempty"`
	Parameters []NamedValue `json:"parameters,omitempty"`
	JSON       bool         `json:"json,omitempty"`
	Token      string       `json:"token_pointer,omitempty"`
	// LifeSeconds is 0 for what the answer says.
	LifeSeconds int64  `json:"token_life_seconds,omitempty"`
	Header      string `json:"header,omitempty"`
	Prefix      string `json:"prefix,omitempty"`
}

// Requirement says whether an attribute must be filled.
type Requirement string

// The requirements.
const (
	Optional    Requirement = "optional"
	Mandatory   Requirement = "mandatory"
	Conditional Requirement = "conditional"
)

// Attribute is a member of the object with the attributes.
type Attribute struct {
	Name        string      `json:"name"`
	Requirement Requirement `json:"requirement"`
	DependsOn   []string    `json:"depends_on,omitempty"`
}

// Definition is how a client's endpoints are called. Its JSON has nothing secret; see Secrets.
type Definition struct {
	Name               string         `json:"name"`
	StaticHeaders      []NamedValue   `json:"static_headers,omitempty"`
	Authorization      *Authorization `json:"authorization,omitempty"`
	Login              Endpoint       `json:"login"`
	Refresh            *Endpoint      `json:"refresh,omitempty"`
	Attributes         []Attribute    `json:"attributes,omitempty"`
	UniqueKeyAttribute string         `json:"unique_key_attribute,omitempty"`
	SecurityHeaders    []string       `json:"security_headers,omitempty"`
}

// Integration is one that can be called.
type Integration struct {
	// Key is its identifier; Changed tells what it was from what it is.
	Key     string
	Changed time.Time
	Definition
}

// Secrets are the values of headers and parameters, by where they are and by their names.
type Secrets map[string]map[string]string

// named are the lists of headers and parameters, by where they are.
func (d *Definition) named() map[string][]NamedValue {
	all := map[string][]NamedValue{"static_headers": d.StaticHeaders, "login.parameters": d.Login.Parameters}
	if d.Authorization != nil {
		all["authorization.headers"], all["authorization.parameters"] = d.Authorization.Headers, d.Authorization.Parameters
	}
	if d.Refresh != nil {
		all["refresh.parameters"] = d.Refresh.Parameters
	}
	return all
}

// Secrets are the definition's.
func (d *Definition) Secrets() Secrets {
	all := make(Secrets)
	for place, values := range d.named() {
		for _, v := range values {
			if all[place] == nil {
				all[place] = make(map[string]string)
			}
			all[place][v.Name] = v.Value
		}
	}
	return all
}

// Fill gives headers and parameters that have no value the one that is among the secrets.
func (d *Definition) Fill(secrets Secrets) {
	for place, values := range d.named() {
		for i, v := range values {
			if v.Value == "" {
				values[i].Value = secrets[place][v.Name]
			}
		}
	}
}

// Hide takes the values of headers and parameters away.
func (d *Definition) Hide() {
	for _, values := range d.named() {
		for i := range values {
			values[i].Value = ""
		}
	}
}

// LeadsBeyond tells whether an address leads to a host, by a scheme and at a port, to which none of another definition's does.
func (d *Definition) LeadsBeyond(other Definition) bool {
	known := other.hosts()
	return slices.ContainsFunc(d.hosts(), func(host string) bool { return !slices.Contains(known, host) })
}

// hosts are where the addresses lead, which are well-formed.
func (d *Definition) hosts() (all []string) {
	addresses := []string{d.Login.URL}
	if d.Authorization != nil {
		addresses = append(addresses, d.Authorization.URL)
	}
	if d.Refresh != nil {
		addresses = append(addresses, d.Refresh.URL)
	}
	for _, address := range addresses {
		if u, err := url.Parse(address); err == nil {
			all = append(all, u.Scheme+"://"+strings.ToLower(u.Host))
		}
	}
	return all
}

// Valueless is the first header or parameter without a value: where it is, and at which place there.
func (d *Definition) Valueless() (place string, index int, found bool) {
	named := d.named()
	for _, place := range slices.Sorted(maps.Keys(named)) {
		if index := slices.IndexFunc(named[place], func(v NamedValue) bool { return v.Value == "" }); index >= 0 {
			return place, index, true
		}
	}
	return "", 0, false
}
