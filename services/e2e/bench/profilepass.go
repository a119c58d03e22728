package main

import (
	"context"
	"fmt"
	"net"
	"time"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/status"

	"github.com/ventanilla/ventanilla/pkg/auditlog"
	"github.com/ventanilla/ventanilla/pkg/pki"
	"github.com/ventanilla/ventanilla/pkg/store"
	iddiv1 "github.com/ventanilla/ventanilla/proto/gen/go/iddi/v1"
)

// serveProfiles serves a bare grpc-gateway on edge, and the bare gRPC server that it dials, which reads profiles with one
// query and enters each read in the log, together with others, before it answers. It checks and counts nothing.
func serveProfiles(ctx context.Context, edge net.Listener, self *identity, from database) error {
	db, err := from.open(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	internal, err := new(net.ListenConfig).Listen(ctx, "tcp", loopback)
	if err != nil {
		return fmt.Errorf("listening for gRPC: %w", err)
	}
	service := &profileReader{db: db, log: auditlog.NewRecorder(db)}
	server := grpc.NewServer(grpc.Creds(credentials.NewTLS(pki.ServerTLS(self.source))))
	iddiv1.RegisterProfileServiceServer(server, service)
	conn, err := grpc.NewClient(internal.Addr().String(), grpc.WithTransportCredentials(credentials.NewTLS(pki.ClientTLS(self.source, baselineRole))))
	if err != nil {
		return fmt.Errorf("dialling the gRPC server: %w", err)
	}
	defer conn.Close()
	mux := runtime.NewServeMux()
	if err := iddiv1.RegisterProfileServiceHandler(ctx, mux, conn); err != nil {
		return fmt.Errorf("registering the profile endpoint: %w", err)
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return service.log.Run(ctx) })
	group.Go(func() error {
		defer context.AfterFunc(ctx, server.Stop)()
		return server.Serve(internal)
	})
	group.Go(func() error { return serveHTTPS(ctx, edge, self, mux) })
	return group.Wait()
}

// profileReader answers profiles from tables like identity's.
type profileReader struct {
	iddiv1.UnimplementedProfileServiceServer
	db  *store.DB
	log *auditlog.Recorder
}

// GetProfile implements [iddiv1.ProfileServiceServer].
func (s *profileReader) GetProfile(ctx context.Context, in *iddiv1.GetProfileRequest) (*iddiv1.GetProfileResponse, error) {
	answer := &iddiv1.GetProfileResponse{Id: in.GetFolio(), IddiQr: true}
	var pseudonym, signature string
	found, err := store.Rows(ctx, s.db, func(row store.Scanner) (*iddiv1.Externo, error) {
		m := &iddiv1.Externo{}
		return m, row.Scan(&signature, &pseudonym, &answer.Nombre, &answer.ApPaterno, &answer.ApMaterno, &answer.FotoAceptada, &answer.IddiMovil,
			&m.Tipo, &m.IdPerfil, &m.Entidad, &m.Estatus)
	}, `SELECT card.signature, person.pseudonym, person.given_names, person.first_surname, person.second_surname, person.photo_accepted,
		person.mobile_identity, membership.type, membership.membership_id, membership.entity, membership.status
		FROM card JOIN person ON person.person_id = card.person_id
		JOIN membership ON membership.person_id = person.person_id AND membership.ended_at IS NULL
		WHERE card.data_set = 'production' AND card.folio = $1 AND card.revoked_at IS NULL`, in.GetFolio())
	if err != nil {
		return nil, status.Error(codes.Internal, err.Error())
	}
	if len(found) == 0 || signature != in.GetFirmaDigital() {
		return nil, status.Error(codes.NotFound, "no such card")
	}
	for _, m := range found {
		answer.Perfiles = append(answer.Perfiles, &iddiv1.Perfil{Kind: &iddiv1.Perfil_Externo{Externo: m}})
	}
	err = s.log.Record(ctx, auditlog.Entry{At: time.Now(), Actor: "bench", Act: "GetProfile", Target: pseudonym})
	if err != nil {
		return nil, status.Error(codes.Unavailable, err.Error())
	}
	return answer, nil
}
