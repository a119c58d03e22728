package etcdnode_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/ventanilla/ventanilla/pkg/etcdnode"
)

// victimEnv names the data folder of a test process that runs a member until it is killed.
const victimEnv = "ETCDNODE_TEST_VICTIM"

func TestMain(m *testing.M) {
	if dir := os.Getenv(victimEnv); dir != "" {
		victim(dir)
	}
	goleak.VerifyTestMain(m)
}

// victim says on standard output where it listens.
func victim(dir string) {
	node, err := etcdnode.Start(context.Background(), etcdnode.Config{Dir: dir}, slog.New(slog.DiscardHandler))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(node.ClientEndpoints()[0])
	select {}
}
