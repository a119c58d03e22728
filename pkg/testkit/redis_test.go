package testkit_test

import (
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"github.com/ventanilla/ventanilla/pkg/testkit"
)

func TestRedisServerGoesAndReturns(t *testing.T) {
	server := testkit.RedisServer(t)
	options, err := redis.ParseURL(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	options.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	options.MaxRetries = -1
	for range 2 {
		client := redis.NewClient(options)
		if err := client.Ping(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
		server.Stop()
		if err := client.Ping(t.Context()).Err(); err == nil {
			t.Error("a stopped server answered")
		}
		if err := client.Close(); err != nil {
			t.Error(err)
		}
		server.Start()
	}
}
