package e2e

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"
)

// person is what the command line shows of one.
type person struct {
	ID          string `json:"person_id"`
	Identifiers []struct {
		Value string `json:"value"`
	} `json:"identifiers"`
}

// identities asks for what is behind the demo's cards, in both worlds of data.
func identities(t *testing.T, p *platform) {
	t.Run("a card is verified offline", func(t *testing.T) { verifiedOffline(t, p.demo.IDDi) })
	t.Run("worlds apart", func(t *testing.T) { worldsApart(t, p) })
	t.Run("operators see no identifiers", func(t *testing.T) { identifiersMasked(t, p) })
}

// verifiedOffline needs no more than the text of the QR code and the public key.
func verifiedOffline(t *testing.T, d demoIDDi) {
	_, card, _ := strings.Cut(d.QR, "#")
	text, signature, _ := strings.Cut(card, "|"+d.Folio+"|")
	text += "|" + d.Folio
	raw, err := base64.RawURLEncoding.Strict().DecodeString(signature)
	if err != nil || signature != d.Firma {
		t.Fatalf("the code has the signature %q, the file %q: %v", signature, d.Firma, err)
	}
	key, err := base64.StdEncoding.DecodeString(d.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(text))
	if !ed25519.Verify(key, []byte(hex.EncodeToString(sum[:])), raw) {
		t.Errorf("the key does not verify %q", card)
	}
}

// worldsApart brings what belongs to one data set to the other.
func worldsApart(t *testing.T, p *platform) {
	d := p.demo.IDDi
	const production, staging = "/v1/iddi", "/v1-stag/iddi"
	for name, c := range map[string]struct {
		at, key, folio, signature string
		status                    int
	}{
		"production":                        {production, d.APIKey, d.Folio, d.Firma, http.StatusOK},
		"staging":                           {staging, d.StagAPIKey, d.StagFolio, d.StagFirma, http.StatusOK},
		"production's key at staging":       {staging, d.APIKey, d.StagFolio, d.StagFirma, http.StatusUnauthorized},
		"staging's key at production":       {production, d.StagAPIKey, d.Folio, d.Firma, http.StatusUnauthorized},
		"a card of production at staging":   {staging, d.StagAPIKey, d.Folio, d.Firma, http.StatusNotFound},
		"a card of staging at production":   {production, d.APIKey, d.StagFolio, d.StagFirma, http.StatusNotFound},
		"a signature of another card":       {production, d.APIKey, d.Folio, d.RevokedFirma, http.StatusNotFound},
		"a card that was revoked":           {production, d.APIKey, d.RevokedFolio, d.RevokedFirma, http.StatusNotFound},
		"a card that was revoked, extended": {production, d.ExtendedKey, d.RevokedFolio, d.RevokedFirma, http.StatusNotFound},
	} {
		a := p.send(t, call{
			method: http.MethodGet, path: c.at + "/perfil/" + c.folio + "?firma_digital=" + c.signature, header: http.Header{"Authorization": {c.key}},
		})
		if a.status != c.status {
			t.Errorf("%s: status %d, want %d: %s", name, a.status, c.status, a.body)
		}
	}
}

// identifiersMasked looks a person up as an operator does, in the world that it is of.
func identifiersMasked(t *testing.T, p *platform) {
	const curp = "LATC950314MYNRJL04" // The invented person's of the demo's card.
	var found struct {
		Person person `json:"person"`
	}
	p.owner().run(t, &found, "person", "find", "--identifier", "curp="+curp, "--purpose", "end-to-end test")
	if len(found.Person.Identifiers) != 1 || strings.Contains(found.Person.Identifiers[0].Value, curp[:10]) {
		t.Errorf("shown as %+v", found.Person)
	}
	err := p.owner().try(t, nil, "person", "find", "--identifier", "curp="+curp, "--purpose", "end-to-end test", "--data-set", "staging")
	if exitCodeOf(err) != exitNotFound {
		t.Errorf("in the other world: %v", err)
	}
}

// TestDemoIsKept starts a demo again on its folder: what still serves is what it was.
func TestDemoIsKept(t *testing.T) {
	data := t.TempDir()
	first := up(t, data)
	if code := first.process.terminate(t); code != 0 {
		t.Fatalf("exit code %d after SIGTERM", code)
	}
	again := up(t, data)
	was, is := first.demo, again.demo
	was.IDDi.QR, is.IDDi.QR = "", "" // It begins with the address, and that is another.
	if was.IDDi != is.IDDi || was.Cmp.clients() != is.Cmp.clients() || was.Tuidd != is.Tuidd {
		t.Errorf("was %+v, is %+v", was, is)
	}
	again.owner().run(t, nil, "card", "revoke", is.IDDi.Folio, "--reason", "stolen")
	again.process.kill()
	renewed := up(t, data).demo.IDDi
	if renewed.Folio == is.IDDi.Folio || renewed.Folio == "" || renewed.RevokedFolio != is.IDDi.RevokedFolio {
		t.Errorf("after the card was revoked: %+v", renewed)
	}
}
