package benefits

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// ahead is how many pieces of work are done before their turn: two cores are kept busy while identity is asked for a third.
const ahead = 3

// inOrder does pieces of work, some at a time, and consumes what comes of each in the order in which produce submits them. It ends with
// the first failure, after what was submitted before it was consumed.
func inOrder[R any](
	ctx context.Context,
	produce func(ctx context.Context, submit func(work func(context.Context) (R, error)) error) error,
	consume func(R) error,
) error {
	type outcome struct {
		result R
		err    error
	}
	group, ctx := errgroup.WithContext(ctx)
	turns := make(chan chan outcome, ahead-1)
	submit := func(work func(context.Context) (R, error)) error {
		turn := make(chan outcome, 1)
		select {
		case turns <- turn:
		case <-ctx.Done():
			return ctx.Err()
		}
		group.Go(func() error {
			result, err := work(ctx)
			turn <- outcome{result, err}
			return nil
		})
		return nil
	}
	group.Go(func() error {
		defer close(turns)
		if err := produce(ctx, submit); err != nil {
			return submit(func(context.Context) (none R, _ error) { return none, err })
		}
		return nil
	})
	group.Go(func() error {
		for turn := range turns {
			select {
			case o := <-turn:
				if o.err != nil {
					return o.err
				}
				if err := consume(o.result); err != nil {
					return err
				}
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	return group.Wait()
}
