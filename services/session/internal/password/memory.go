package password

import (
	"runtime"
	"runtime/debug"
	"sync"
)

// memory keeps what hashes take within what so many take at a time. A hash that is made leaves its share allocated until the garbage collector has been,
// which by itself would come when many more are made.
type memory struct {
	most    int
	collect func()
	// giveBack collects too, and gives the operating system what is free then.
	giveBack func()

	mu sync.Mutex
	// made are those whose shares nobody collected yet, as far as is known here.
	making, made int
}

func newMemory(most int) *memory {
	return &memory{most: most, collect: runtime.GC, giveBack: debug.FreeOSMemory}
}

// take is called before a hash is made. No more than most are made at a time.
func (m *memory) take() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.making+m.made >= m.most {
		m.collect()
		m.made = 0
	}
	m.making++
}

// leave is called when it is made.
func (m *memory) leave() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.making--
	m.made++
}

// release gives back what the hashes have left, unless one is being made.
func (m *memory) release() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.making == 0 && m.made > 0 {
		m.giveBack()
		m.made = 0
	}
}
