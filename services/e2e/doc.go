// Package e2e is the black-box suite: it runs the real binary as its users do
// and speaks to it with curl, with OAuth clients that others wrote and with
// plain HTTP, never through the platform's own packages.
//
// TestPlatform asks one `ventanilla up --demo` everything that the documents
// promise. The tests named TestDrill run roles as processes of their own, on
// PostgreSQL and etcd, and take parts away under load. TestSkew replaces those of
// a former version by this one's, and back. TestDrillHistories makes
// random calls about many clients at two gateways, each before an auth replica
// of its own, while signing keys are rotated and retired, processes killed and
// connections cut, and has the package history look for answers that no order of
// events explains; such a history is written to a folder that the test names.
//
// Settings, all from the environment:
//
//   - VENTANILLA_BIN: a built binary; without it the suite builds one.
//   - VENTANILLA_E2E_DEMO: the demo.json of a platform that runs already;
//     TestPlatform then uses that one.
//   - VENTANILLA_SKEW_BIN: the former version's binary, which `make skew` builds.
//   - VENTANILLA_E2E_SOAK: when set, the drills repeat for hours.
//   - VENTANILLA_E2E_HISTORIES: how many random histories there are, usually 150.
//   - VENTANILLA_E2E_SEED: repeats the calls and the faults of a run that printed it.
package e2e
