package auditlog

import "fmt"

// Damage says what is wrong with a log, and from which leaf to which it may be.
type Damage struct {
	First, Last int64
	What        string
}

// Error names the leaf.
func (d *Damage) Error() string {
	if d.First == d.Last {
		return fmt.Sprintf("the log is damaged at leaf %d: %s", d.First, d.What)
	}
	return fmt.Sprintf("the log is damaged somewhere in leaves %d to %d: %s", d.First, d.Last, d.What)
}

func damaged(leaf int64, what string) error { return &Damage{leaf, leaf, what} }
