package recipient

import "github.com/ventanilla/ventanilla/services/notifications/internal/message"

// Waiting is how many persons of a data set nobody reads yet.
func Waiting(d *Directory, set message.DataSet) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.queues[set])
}
