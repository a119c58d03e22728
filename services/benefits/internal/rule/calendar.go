package rule

import "time"

// monthsBetween returns how many whole calendar months lie between two days. A month without the first day's number is full on its
// last day: who was born on 29 February becomes a year older on 28 February of other years, as the Código Civil,
// artículo 48, counts terms of months and years. It is negative when b is before a.
func monthsBetween(a, b time.Time) int {
	if b.Before(a) {
		return -monthsBetween(b, a)
	}
	fromYear, fromMonth, fromDay := a.Date()
	toYear, toMonth, toDay := b.Date()
	months := 12*(toYear-fromYear) + int(toMonth) - int(fromMonth)
	if toDay < fromDay && toDay < daysIn(toYear, toMonth) {
		months--
	}
	return months
}

func yearsBetween(a, b time.Time) int { return monthsBetween(a, b) / 12 }

func daysIn(year int, month time.Month) int {
	return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// monthsOf returns the age in months of who was born on a date, unless that is unknown or later.
func monthsOf(birth string, today time.Time) (int, bool) {
	born, ok := parseDay(birth)
	if !ok || today.Before(born) {
		return 0, false
	}
	return monthsBetween(born, today), true
}

// parseDay reads "2006-01-02" as midnight UTC.
func parseDay(text string) (time.Time, bool) {
	day, err := time.Parse(time.DateOnly, text)
	return day, err == nil && day.Year() > 0
}

// dayOf is midnight UTC of a time's date in its own place.
func dayOf(t time.Time) time.Time {
	year, month, day := t.Date()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}
