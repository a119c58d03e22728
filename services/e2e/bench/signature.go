package main

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"fmt"
	"os"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"
)

// signatureName stands in for a server in the rows of token issue.
const signatureName = "raw signature"

// signatures makes n RS256-2048 signatures, on all cores as a loaded server
// does, and gives their figures.
func signatures(key *rsa.PrivateKey, n int) (sample, error) {
	digest := sha256.Sum256([]byte("header.payload"))
	latencies := make([]time.Duration, n)
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	before, err := readCPU(os.Getpid())
	if err != nil {
		return sample{}, err
	}
	start := time.Now()
	for i := range n {
		group.Go(func() error {
			start := time.Now()
			_, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, digest[:])
			latencies[i] = time.Since(start)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return sample{}, fmt.Errorf("signing: %w", err)
	}
	wall := time.Since(start)
	after, err := readCPU(os.Getpid())
	if err != nil {
		return sample{}, err
	}
	return newSample(latencies, wall, after.since(before), 0), nil
}
