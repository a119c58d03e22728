package adminwindow

import (
	"context"
	"errors"
	"fmt"
	"io"

	"google.golang.org/grpc"
	"google.golang.org/grpc/mem"
)

// pass sends the caller's request on and streams the answers back, all as bytes. What a failed send failed of is what the backend
// answers.
func pass(ctx context.Context, in grpc.ServerStream, conn grpc.ClientConnInterface, method string) error {
	var request frame
	if err := in.RecvMsg(&request); err != nil {
		return err
	}
	out, err := conn.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true}, method, grpc.ForceCodecV2(rawCodec{}))
	if err != nil {
		return err
	}
	if err := out.SendMsg(&request); err == nil {
		if err := out.CloseSend(); err != nil {
			return err
		}
	}
	err = copyAnswers(in, out)
	in.SetTrailer(out.Trailer())
	return err
}

// passMany is pass for an RPC that takes many requests, as they come.
func (w *Window) passMany(ctx context.Context, in grpc.ServerStream, conn grpc.ClientConnInterface, method string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	out, err := conn.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true, ClientStreams: true}, method, grpc.ForceCodecV2(rawCodec{}))
	if err != nil {
		return err
	}
	// It may wait for a request when the backend has answered; the end of the call ends that.
	w.copies.Go(func() {
		if !copyRequests(in, out) {
			cancel()
		}
	})
	err = copyAnswers(in, out)
	in.SetTrailer(out.Trailer())
	return err
}

// copyRequests tells whether the backend has what it needs to answer.
func copyRequests(in grpc.ServerStream, out grpc.ClientStream) bool {
	for {
		var request frame
		err := in.RecvMsg(&request)
		if errors.Is(err, io.EOF) {
			return out.CloseSend() == nil
		}
		if err != nil {
			return false
		}
		if out.SendMsg(&request) != nil {
			return true // it has answered
		}
	}
}

func copyAnswers(in grpc.ServerStream, out grpc.ClientStream) error {
	for {
		var message frame
		if err := out.RecvMsg(&message); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		if err := in.SendMsg(&message); err != nil {
			return err
		}
	}
}

// frame is one message as it came.
type frame struct{ data mem.BufferSlice }

// rawCodec neither reads nor changes messages.
type rawCodec struct{}

func (rawCodec) Name() string { return "proto" }

func (rawCodec) Marshal(v any) (mem.BufferSlice, error) {
	message, ok := v.(*frame)
	if !ok {
		return nil, fmt.Errorf("encoding %T: not a frame", v)
	}
	return message.data, nil
}

func (rawCodec) Unmarshal(data mem.BufferSlice, v any) error {
	message, ok := v.(*frame)
	if !ok {
		return fmt.Errorf("decoding %T: not a frame", v)
	}
	data.Ref()
	message.data = data
	return nil
}
