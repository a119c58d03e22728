package claveunica

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
)

// userInfo is the answer, with the names and types of ClaveÚnica's.
type userInfo struct {
	Subject  string    `json:"sub"`
	RolUnico *rolUnico `json:"RolUnico,omitempty"`
	Name     name      `json:"name"`
	Email    string    `json:"email,omitempty"`
}

type rolUnico struct {
	Number int    `json:"numero"`
	Digit  string `json:"DV"`
	Type   string `json:"tipo"`
}

type name struct {
	Given    []string `json:"nombres"`
	Surnames []string `json:"apellidos"`
}

// userinfo tells who an access token's person is.
func (e *Emulator) userinfo(w http.ResponseWriter, r *http.Request) {
	fault := Fault(e.fault.Load())
	if fault.misbehave(w, r) {
		return
	}
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	person, ok := e.person(token)
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		respond(w, http.StatusUnauthorized, oauthError{"invalid_token", "The access token is not known or has expired"})
		return
	}
	body, digit, _ := strings.Cut(person.RUT, "-")
	number, err := strconv.Atoi(body)
	if err != nil {
		http.Error(w, "a person without a RUT", http.StatusInternalServerError)
		return
	}
	info := userInfo{
		Subject: subject(person), RolUnico: &rolUnico{number, digit, "RUN"},
		Name: name{person.GivenNames, person.Surnames}, Email: person.Email,
	}
	switch fault {
	case NoRUT:
		info.RolUnico = nil
	case WrongDigit:
		info.RolUnico.Digit = "K"
		if digit == "K" {
			info.RolUnico.Digit = "1"
		}
	}
	respond(w, http.StatusOK, info)
}

// subject is a person's identifier.
func subject(p Person) string {
	body, _, _ := strings.Cut(p.RUT, "-")
	return "emulated-" + body
}

// oauthError is how errors are told (RFC 6749, 5.2).
type oauthError struct {
	Code        string `json:"error"`
	Description string `json:"error_description"`
}

func respond(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the caller may be gone
}
