// Package etcdnode runs a single-member etcd inside the process: the discovery of an all-in-one platform, or
// a small etcd of its own for a few machines. It is no cluster: past one machine, use three etcd members that
// are run as etcd's own documentation says.
//
// Close the node after its clients: until then they get errors and try again.
package etcdnode
