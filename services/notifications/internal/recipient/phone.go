package recipient

import "github.com/nyaruka/phonenumbers"

// e164 reads a telephone number as people write it; ok is false for what cannot be one.
func e164(text, region string) (number string, ok bool) {
	parsed, err := phonenumbers.Parse(text, region)
	if err != nil || !phonenumbers.IsPossibleNumber(parsed) {
		return "", false
	}
	return phonenumbers.Format(parsed, phonenumbers.E164), true
}

// KnownRegion tells whether numbers of a country can be read without its code.
func KnownRegion(region string) bool { return phonenumbers.GetCountryCodeForRegion(region) != 0 }
