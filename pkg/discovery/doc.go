// Package discovery tells the roles' addresses to each other through etcd.
//
// A serving role registers under <prefix>/endpoints/<role>/<instance> with a lease (Register). A client dials
// the target that Config.Target gives, with the builders of NewResolver and NewStaticResolver. The values are
// those of etcd's own naming package (go.etcd.io/etcd/client/v3/naming/endpoints), which can read and write
// them.
//
// etcd is needed to learn of changes only: while it is away, the endpoints last known serve on.
package discovery
