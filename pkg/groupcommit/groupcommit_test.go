package groupcommit_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ventanilla/ventanilla/pkg/groupcommit"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/pkg/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

var options = groupcommit.Options{MaxWaiting: 8, MaxGroup: 4, Timeout: time.Minute}

// store doubles numbers, one group after the other, each when it is let.
type store struct {
	groups chan []int
	let    chan error
}

func newStore() *store { return &store{make(chan []int), make(chan error)} }

func (s *store) commit(ctx context.Context, items []int) ([]int, error) {
	select {
	case s.groups <- items:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	select {
	case err := <-s.let:
		doubled := make([]int, len(items))
		for i, item := range items {
			doubled[i] = 2 * item
		}
		return doubled, err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// running returns a committer that runs until stop is called, or the test ends.
func running(t *testing.T, s *store, options groupcommit.Options) (c *groupcommit.Committer[int, int], stop func()) {
	c = groupcommit.New(s.commit, options)
	ctx, cancel := context.WithCancel(context.Background())
	var run sync.WaitGroup
	run.Go(func() {
		if err := c.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	stop = func() { cancel(); run.Wait() }
	t.Cleanup(stop)
	return c, stop
}

func start(t *testing.T, c *groupcommit.Committer[int, int], items ...int) []*groupcommit.Pending[int, int] {
	t.Helper()
	var all []*groupcommit.Pending[int, int]
	for _, item := range items {
		pending, err := c.Start(t.Context(), item)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, pending)
	}
	return all
}

func wantResult(t *testing.T, p *groupcommit.Pending[int, int], want int) {
	t.Helper()
	if got, err := p.Wait(); got != want || err != nil {
		t.Errorf("got %d, %v, want %d", got, err, want)
	}
}

func wantGroup(t *testing.T, s *store, want ...int) {
	t.Helper()
	if got := <-s.groups; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the commit is of %v, want %v", got, want)
	}
}

// Items gather while a commit is under way; the next takes them in the order of their starts, as many as may be.
func TestItemsShareCommits(t *testing.T) {
	s := newStore()
	c, _ := running(t, s, options)
	first := start(t, c, 1)
	wantGroup(t, s, 1)
	others := start(t, c, 2, 3, 4, 5, 6)
	s.let <- nil
	wantResult(t, first[0], 2)
	wantGroup(t, s, 2, 3, 4, 5)
	s.let <- nil
	wantGroup(t, s, 6)
	s.let <- nil
	for i, p := range others {
		wantResult(t, p, 2*(2+i))
	}
}

// Nothing is told before the commit has returned, and an error is that of its own group alone.
func TestAnswersFollowTheCommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStore()
		c, stop := running(t, s, options)
		defer stop()
		var told atomic.Bool
		failed := errors.New("disk full")
		go func() {
			if _, err := c.Do(t.Context(), 1); !errors.Is(err, failed) {
				t.Errorf("got %v", err)
			}
			told.Store(true)
		}()
		wantGroup(t, s, 1)
		synctest.Wait()
		if told.Load() {
			t.Error("the answer preceded the commit")
		}
		next := start(t, c, 2)
		s.let <- failed
		wantGroup(t, s, 2)
		s.let <- nil
		wantResult(t, next[0], 4)
	})
}

// Whoever comes when it is idle does not wait, not even where items gather between commits; whoever comes soon after a commit does.
func TestTheFirstDoesNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStore()
		paced := options
		paced.Pace = time.Hour
		c, stop := running(t, s, paced)
		defer stop()
		begun := time.Now() // of the bubble, where time passes only while all wait
		for range 2 {
			first := start(t, c, 1)
			wantGroup(t, s, 1)
			s.let <- nil
			wantResult(t, first[0], 2)
			if waited := time.Since(begun); waited != 0 {
				t.Errorf("waited %s", waited)
			}
			next := start(t, c, 2, 3)
			wantGroup(t, s, 2, 3)
			if waited := time.Since(begun); waited != time.Hour {
				t.Errorf("gathered for %s", waited)
			}
			s.let <- nil
			wantResult(t, next[1], 6)
			<-time.After(2 * time.Hour) // it is idle then
			begun = time.Now()
		}
	})
}

// A caller that leaves before a commit takes its item leaves nothing behind; later, it changes nothing.
func TestCallersThatLeave(t *testing.T) {
	s := newStore()
	c, _ := running(t, s, options)
	leaving, leave := context.WithCancel(t.Context())
	taken, err := c.Start(leaving, 1)
	if err != nil {
		t.Fatal(err)
	}
	wantGroup(t, s, 1)
	waiting, err := c.Start(leaving, 2)
	if err != nil {
		t.Fatal(err)
	}
	stays := start(t, c, 3)
	leave()
	for _, p := range []*groupcommit.Pending[int, int]{taken, waiting} {
		if _, err := p.Wait(); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	}
	s.let <- nil // the commit of who has left is not cancelled
	wantGroup(t, s, 3)
	s.let <- nil
	wantResult(t, stays[0], 6)
}

// A caller that leaves while the queue is full does not wait on.
func TestLeavingAFullQueue(t *testing.T) {
	c := groupcommit.New(newStore().commit, options) // nobody empties it
	for range options.MaxWaiting {
		start(t, c, 0)
	}
	leaving, leave := context.WithCancel(t.Context())
	left := make(chan error)
	go func() { _, err := c.Do(leaving, 1); left <- err }()
	leave()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// What is under way when it stops is finished; what waits, and what comes later, is refused.
func TestStop(t *testing.T) {
	s := newStore()
	c, stop := running(t, s, options)
	first := start(t, c, 1)
	wantGroup(t, s, 1)
	waiting := start(t, c, 2)
	var stopping sync.WaitGroup
	stopping.Go(stop)
	refused := make(chan error)
	go func() { _, err := waiting[0].Wait(); refused <- err }()
	s.let <- nil
	wantResult(t, first[0], 2)
	select {
	case err := <-refused:
		if !errors.Is(err, groupcommit.ErrStopped) {
			t.Errorf("got %v", err)
		}
	case <-s.groups: // it was taken before the stop was heard
		s.let <- nil
		if err := <-refused; err != nil {
			t.Error(err)
		}
	}
	stopping.Wait()
	if _, err := c.Do(t.Context(), 3); !errors.Is(err, sqlstore.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
}

// A store that hangs fails its group after a time; the next group is tried.
func TestACommitThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStore()
		c, stop := running(t, s, options)
		defer stop()
		first := start(t, c, 1)
		wantGroup(t, s, 1)
		if _, err := first[0].Wait(); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		next := start(t, c, 2)
		wantGroup(t, s, 2)
		s.let <- nil
		wantResult(t, next[0], 4)
	})
}

// A full queue makes callers wait for room, not fail.
func TestAFullQueue(t *testing.T) {
	s := newStore()
	c, _ := running(t, s, options)
	const callers = 100
	var done sync.WaitGroup
	for i := range callers {
		done.Go(func() {
			if got, err := c.Do(t.Context(), i); got != 2*i || err != nil {
				t.Errorf("got %d, %v", got, err)
			}
		})
	}
	for committed := 0; committed < callers; {
		group := <-s.groups
		if len(group) > options.MaxGroup {
			t.Errorf("a group of %d", len(group))
		}
		committed += len(group)
		s.let <- nil
	}
	done.Wait()
}

func TestResultsThatAreTooFew(t *testing.T) {
	c := groupcommit.New(func(context.Context, []int) ([]int, error) { return nil, nil }, options)
	ctx, cancel := context.WithCancel(t.Context())
	var run sync.WaitGroup
	run.Go(func() {
		if err := c.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	if _, err := c.Do(t.Context(), 1); err == nil {
		t.Error("an item without a result was answered")
	}
	cancel()
	run.Wait()
}
