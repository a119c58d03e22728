package testkit_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/testkit"
)

func TestKannelGoesAndReturns(t *testing.T) {
	gateway := testkit.Kannel(t)
	for text, parts := range map[string]int{"plain": 1, strings.Repeat("Ñandubay + % ", 20): 2} {
		if err := sendSMS(gateway, text); err != nil {
			t.Fatal(err)
		}
		testkit.Eventually(t, time.Minute, func() error {
			if got := gateway.Messages(); len(got) != parts || testkit.TextOf(got) != text {
				return fmt.Errorf("the centre has %q", got)
			}
			return nil
		})
		gateway.Stop()
		if err := sendSMS(gateway, text); err == nil {
			t.Error("a stopped gateway answered")
		}
		gateway.Start()
	}
}

func TestKannelKeepsWhatItsCentreDoesNotTake(t *testing.T) {
	gateway := testkit.Kannel(t)
	gateway.StopCentre()
	if err := sendSMS(gateway, "kept"); err != nil {
		t.Fatal(err)
	}
	gateway.StartCentre()
	testkit.Eventually(t, time.Minute, func() error {
		if got := testkit.TextOf(gateway.Messages()); got != "kept" {
			return fmt.Errorf("the centre has %q", got)
		}
		return nil
	})
}

func sendSMS(gateway *testkit.Gateway, text string) error {
	request, err := http.NewRequest(http.MethodPost, gateway.SendSMS, strings.NewReader(text))
	if err != nil {
		return err
	}
	for name, value := range map[string]string{
		"Username": gateway.Username, "Password": gateway.Password, "From": "100", "To": "+56911111111", "Coding": "0",
	} {
		request.Header.Set("X-Kannel-"+name, value)
	}
	request.Header.Set("Content-Type", "text/plain; charset=UTF-8")
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusAccepted {
		return fmt.Errorf("it answers %s", response.Status)
	}
	return nil
}
