// Package switches keeps what operators switch at run time: a family, or one path of it, in maintenance, retired, or
// announced to go.
//
// A switch is a key of etcd, <prefix>/switches/<family><path>, with a value in JSON. A Store writes them; a View
// follows them for whoever has to obey. They are beside the endpoints of package discovery and outlive every process.
package switches
