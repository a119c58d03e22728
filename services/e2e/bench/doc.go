// Command bench measures what the platform costs per request, beside baselines
// that are measured in the same run.
//
// The kinds of work:
//
//   - token issue: a new token, with an RS256-2048 signature, for each request.
//
//   - introspection warm: one token, over and over.
//
//   - introspection cold: the tokens just issued, each asked about once. The
//     process has signed them itself and may remember that, so that this need
//     not include verifying a signature.
//
//   - introspection unseen: tokens that the process has not signed, as another
//     replica's would be, each asked about once. Each one's RS256 signature is
//     verified. They are issued before the rounds, by an earlier process on the
//     same data. There is no goal for this row: verifying a signature is work
//     that the baselines have no like of.
//
//   - introspection new caller: one token, asked about by holders of access tokens that were
//     never shown before, so that each is exchanged for an internal token. Beside it, two
//     requests of the pass-through.
//
//   - introspection signed: one token, with answers that are signed (RFC 9701, RS256). Beside it,
//     plain introspection and a raw signature.
//
//   - token issue ES256 and EdDSA.
//
// Each round takes every kind, and for each kind one server after the other, so
// that what else the machine does falls on all of them alike; the figures are
// the medians of the rounds.
//
// The servers, each one process that holds all its parts:
//
//   - ventanilla: `ventanilla up --demo` with its default settings, save for the
//     rate limits. Edge, auth, etcd and SQLite are all in the process.
//   - pass-through: a bare grpc-gateway behind TLS that dials a bare gRPC server
//     over mTLS and TCP. It decodes the same forms and answers ventanilla's own
//     first answers, but checks, stores, counts and logs nothing.
//   - bare handler: net/http behind TLS that answers the same bytes.
//
// To these comes the raw signature: one signature on every core.
//
// Memory is of auth (on SQLite) and of gateway, each a process of its own: resident, and of it what is
// anonymous, when they are ready and after 10,000 tokens were issued and introspected.
//
// At the end a process of its own, with an admission limit, is put under stress. It has half of
// the cores and the load comes from the others, so that neither takes the other's time:
//
//   - crowd: clients get tokens as fast as they can, a few and then more at once; the best is the
//     peak. Then five times as many as are admitted or may wait do so. The figure is the tokens then
//     got, over the peak. All else must be refused with 429 or 503 and Retry-After.
//   - overload: five times as many a second as at the peak are asked for, whatever comes of those before, over so
//     many connections that each may wait. The figure is the tokens then got, over the peak. All else must be refused with 429 or
//     503 and Retry-After. What a refusal takes is told beside it.
//   - slow clients: introspection at a steady rate, without and then beside 2,000 connections
//     on which a header or a body comes byte by byte. The figure is the ratio of the p99.
//
// Identity is measured with `ventanilla up`, beside a process and tables of the bench's own:
//
//   - profile: basic profiles by folio, of 400 invented persons among 1,000 and among -persons, with an API key
//     and with a token. The pass-through is of the same kind as above; its gRPC server reads the card, the person
//     and the memberships with one query from tables that are equal to the platform's and as full, compares the signature,
//     and enters each read in an equal log, together with others. It knows no caller and verifies nothing.
//   - import of persons: all rows by `ventanilla admin import persons`, and the same rows through the driver, by one
//     process that has them in memory: with the same tables, batches and transactions, in prepared statements of 50 rows,
//     without a look at what is there. The rates are by the clock, so that what else the machine does is in them.
//     The last tenth is compared with the first.
//   - card issue: through the admin window, and a signature and a transaction of one row in this process.
//
// Benefits are measured with `ventanilla up` and the demo's catalogue, on -persons invented persons, four to a household, with two
// dozen facts each and ten of each household:
//
//   - benefits warm: the call of a partner for one citizen, over and over, with one access token and one token of ClaveÚnica.
//   - benefits cold: the same for 1,000 citizens, each call with a token of ClaveÚnica that was never shown before, so that ClaveÚnica,
//     which this process emulates, is asked and an internal token signed each time. The pass-through and the bare handler, of the same
//     kinds as above, answer what the platform typically does. They read and decide nothing, so that there is no goal.
//   - benefits in bulk: decisions for all persons over one stream of the admin window, in a process of its own for each run. Beside it,
//     this process reads the same facts through the driver, 200 persons at a time, with plain queries by key: without history, log or decision.
//
// With -postgres, benefits still has its catalogue on SQLite, where the demo made it.
//
// Dispatches are measured with a provider, a service and one recipient of the bench's own, who has an address for every channel:
//
//   - accept: `POST /Services` for a short message tomorrow, each with another text, over 1 to 64 connections, so that it is stored and nothing is
//     delivered meanwhile. Beside it, the pass-through of the same message, and the same rows in a transaction each: by pgbench on PostgreSQL, through
//     the driver on SQLite. On PostgreSQL the CPU is that of all its processes.
//   - accept in batches: `POST /Services/batch` with 1,000 requests, four at once, and the same rows through the driver in transactions of as many.
//     The figures are of one request, the latencies of a batch.
//   - delivery: parts that are all due at one moment, entered before it, by a carrier for each channel with its default settings, whose peers
//     are in this process: the answer of Kannel's smsbox, pkg/testkit's FCM, a mail server and a webhook over TLS. It is measured from
//     the first tenth of the arrivals to the last, and has no latencies.
//   - held and due: accept over 32 connections and delivery by SMS, while -backlog parts wait for another day and a tenth as many for a
//     carrier that there is not, and then while all are due and are delivered; accept is measured beside 200 deliveries a second.
//
// Sessions and pass keys are measured with roles that are processes of their own: gateway, session, auth, identity and etcd. There are a developer, a user
// with an organisation of 500 customers, and a client with 100 pass keys. The pass-through is a grpc-gateway as above, but it passes RPCs on to
// the session role, over mTLS with the gateway's certificate: the same that the edge makes for the same work, with the same credentials. CPU is that of
// all these processes, the pass-through's among them, and the goals count that of PostgreSQL too. What session takes is in both figures, so that gateway and
// pass-through alone are compared as well, without a goal.
//
//   - listar_cliente, leer_empresa and validar_sesion: a list of 20 of the 50 customers in a province, an organisation, what is left of a session.
//   - pass key, redeem: `GET /clientes/chavePasse/usuario`.
//   - iniciar_sesion: right logins, one to 40 requests of the rest, and their hashes alone, with the same parameters in this process.
//   - refused logins: 60 of unknown users and 60 with wrong passwords a run, one after the other, each of another user and from another address, so
//     that none waits. Mann and Whitney's test tells whether their durations differ; that has no goal.
//
// Rules are measured by the benchmarks of their package, which this program runs with `go test`; -runs of them:
//
//   - decision and explanation: 100 rules for one person, beside bare CEL, which gets the same expressions and facts, and beside
//     json-rules-engine, when `make bench` could install it. All must find the same rules eligible.
//   - bulk: 100 rules for 100,000 persons from memory, with the digest of the facts of each.
//   - catalogue: what a rule costs among 10 to 10,000, in the best round; more rules than the caches hold cost more.
//
// -only picks cost (the kinds of work), memory, stress, identity, benefits, dispatches, sessions or rules.
//
// The load comes from this process, over at most -connections kept-alive
// HTTP/1.1 connections to loopback, and is not counted. Every answer is checked;
// a wrong one ends the run. CPU is user and system time of the server's process,
// so SQLite and the embedded etcd are in ventanilla's figure. With -postgres,
// PostgreSQL takes SQLite's place, and the CPU of its processes has a column of
// its own that no goal counts.
//
// The binary comes from the environment variable VENTANILLA_BIN, else it is
// built. Exit status: 0; 1 when the run failed, or with -check when a goal was
// missed; 2 for wrong flags.
package main
