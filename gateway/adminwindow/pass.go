package adminwindow

import (
	"context"
	"errors"
	"fmt"
	"io"

	"google.golang.org/grpc"
	"google.golang.org/grpc/mem"
)

// pass sends the caller's one request on and streams the answers back, all as bytes.
// Admin RPCs are unary or stream answers; none streams requests.
func pass(ctx context.Context, in grpc.ServerStream, conn grpc.ClientConnInterface, method string) error {
	var request frame
	if err := in.RecvMsg(&request); err != nil {
		return err
	}
	out, err := conn.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true}, method, grpc.ForceCodecV2(rawCodec{}))
	if err != nil {
		return err
	}
	// What a failed send failed of is what the backend answers.
	if err := out.SendMsg(&request); err == nil {
		if err := out.CloseSend(); err != nil {
			return err
		}
	}
	err = copyAnswers(in, out)
	in.SetTrailer(out.Trailer())
	return err
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
