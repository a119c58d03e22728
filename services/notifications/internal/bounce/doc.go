// Package bounce hears what became of mails that a server had taken: delivery status notifications (RFC 3464), which servers send to the
// envelope's sender. Each mail has a sender of its own, which names the attempt (VERP).
package bounce
