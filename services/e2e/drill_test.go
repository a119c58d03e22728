package e2e

import (
	"slices"
	"testing"
)

// TestDrillRoles takes parts of one cluster away, one after the other; each drill leaves it whole.
func TestDrillRoles(t *testing.T) {
	c := newCluster(t, binary)
	drills := []struct {
		name string
		run  func(*testing.T, *cluster)
	}{
		{"roles are no operators", rolesAreNoOperators},
		{"revoked on one gateway, inactive on the other", revokedElsewhere},
		{"auth replica killed", authKilled},
		{"auth replica hung", authHung},
		{"auth replica stopped", authStopped},
		{"watch cut", watchCut},
		{"a pool of one", poolOfOne},
		{"certificates renewed", certificatesRenewed},
		{"programs of the organisation", internalPrograms},
		{"etcd away", etcdAway},
		{"started without etcd", startedWithoutEtcd},
		{"switched on every gateway", switched},
		{"PostgreSQL away", postgresAway},
		{"Redis away", redisAway},
		{"gateway stopped", gatewayStopped},
	}
	for range rounds(1, 500) {
		for _, d := range drills {
			if !t.Run(d.name, func(t *testing.T) { d.run(t, c) }) {
				c.heal(t)
			}
		}
	}
}

// heal starts what a failed drill left dead, so that the next one says something of its own.
func (c *cluster) heal(t *testing.T) {
	t.Helper()
	if !c.etcd.running() {
		c.startEtcd(t)
	}
	for _, r := range slices.Concat(c.auth[:], c.identities, c.benefits, c.notifications, c.sessions, c.gateway[:]) {
		if !r.running() {
			r.start(t, c)
		}
	}
}
