package password

import "golang.org/x/crypto/argon2"

// Derive is how hashes are made.
type Derive = func(password, salt []byte, passes, memoryKiB uint32, threads uint8, size uint32) []byte

// Argon2id is how they are made when no test says otherwise.
var Argon2id Derive = argon2.IDKey

// DeriveWith has hashes made otherwise.
func (h *Hasher) DeriveWith(derive Derive) { h.derive = derive }

// Waiting is how many wait for a turn, or have theirs.
func (h *Hasher) Waiting() int { return int(h.waiting.Load()) }

// CollectWith has garbage collected otherwise.
func (h *Hasher) CollectWith(collect func()) { h.memory.collect = collect }

// GiveBackWith has memory given back otherwise.
func (h *Hasher) GiveBackWith(giveBack func()) { h.memory.giveBack = giveBack }
