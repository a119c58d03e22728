package e2e

import (
	"bytes"
	"sync"
)

// output keeps what a process writes.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

// tail returns the end of the output, enough to see why a process failed.
func (o *output) tail() string {
	const most = 3 << 10
	text := o.String()
	return text[max(0, len(text)-most):]
}
