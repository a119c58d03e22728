package etcdnode

import (
	"log/slog"
	"net/url"
	"path/filepath"

	"go.etcd.io/etcd/client/pkg/v3/transport"
	"go.etcd.io/etcd/server/v3/embed"
)

const (
	clientSocket = "etcd.sock"
	// httpSocket serves etcd's health, version and metrics over HTTP. On a listener of their own they leave
	// the client listener to gRPC alone, which etcd recommends.
	httpSocket = "etcd-http.sock"

	quotaBytes        = 64 << 20 // endpoints and switches take far less
	keptRevisions     = "1000"   // older ones are compacted away
	snapshotEvery     = 1000     // transactions held in memory until then
	snapshotCatchUp   = 100      // for slow followers, which a single member has none of
	tickMilliseconds  = 10       // a single member elects itself: no network to be patient with
	electMilliseconds = 100
)

// unusedPeer is the member's address for peers, which etcd asks for and nobody dials.
var unusedPeer = url.URL{Scheme: "http", Host: "localhost:2380"}

// settings are etcd's, made for a single member that needs little memory and starts fast. It listens for no
// peers.
func (n *Node) settings(config Config, logger *slog.Logger) *embed.Config {
	s := embed.NewConfig()
	s.Name = "ventanilla"
	s.Dir = config.Dir
	s.ZapLoggerBuilder = embed.NewZapLoggerBuilder(newZap(n.level, logger.Handler()))
	s.LogLevel = "warn"

	s.TickMs, s.ElectionMs = tickMilliseconds, electMilliseconds
	s.QuotaBackendBytes = quotaBytes
	s.SnapshotCount, s.SnapshotCatchUpEntries = snapshotEvery, snapshotCatchUp
	s.AutoCompactionMode, s.AutoCompactionRetention = embed.CompactorModeRevision, keptRevisions

	client := config.listenURL(filepath.Join(n.sockets, clientSocket))
	s.ListenClientUrls, s.AdvertiseClientUrls = []url.URL{client}, []url.URL{client}
	s.ListenClientHttpUrls = []url.URL{{Scheme: "unix", Path: filepath.Join(n.sockets, httpSocket)}}
	s.ListenPeerUrls, s.AdvertisePeerUrls = nil, []url.URL{unusedPeer}
	s.InitialCluster = s.InitialClusterFromName(s.Name)
	s.EnableGRPCGateway, s.CORS = false, nil
	s.AuthToken = "" // certificates or the socket's folder keep strangers out, etcd's users are not used
	if client.Scheme == "https" {
		s.ClientTLSInfo = transport.TLSInfo{
			CertFile: config.TLS.Cert, KeyFile: config.TLS.Key, TrustedCAFile: config.TLS.CA, ClientCertAuth: true,
		}
		s.TlsMinVersion = "TLS1.3"
	}
	return s
}
