// Package storetest is the contract that every store keeps: the same tests run
// on each, on the real thing.
package storetest

import (
	"context"
	"testing"

	"onegrid/geo"
	"onegrid/geo/record"
)

// Store is what the contract is about.
type Store interface {
	Publish(ctx context.Context, by geo.Actor, note string, pubs []geo.Publication) (geo.Edition, error)
	Load(ctx context.Context, by geo.Actor, objects record.Objects) error
	Put(ctx context.Context, by geo.Actor, objects record.Objects) (seq int64, err error)
	Delete(ctx context.Context, by geo.Actor, layer geo.Layer, codes ...string) (seq int64, err error)
	SetScheme(ctx context.Context, by geo.Actor, scheme geo.Scheme) (seq int64, err error)
	OpenIncident(ctx context.Context, by geo.Actor, in geo.Incident, key string) (out geo.Incident, seq int64, again bool, err error)
	CloseIncident(ctx context.Context, by geo.Actor, id int64) (seq int64, err error)

	AddCredential(ctx context.Context, by geo.Actor, c geo.Credential) error
	RevokeCredential(ctx context.Context, by geo.Actor, id string) error
	Credentials(ctx context.Context) ([]geo.Credential, int64, error)
	CredentialsRevision(ctx context.Context) (int64, error)
	ProcessSecret(ctx context.Context) (string, error)
	Record(ctx context.Context, acts ...geo.Act) error
	Audit(ctx context.Context, after int64, limit int) ([]geo.Entry, error)
	VerifyAudit(ctx context.Context) (entries int64, head string, err error)

	Scheme(ctx context.Context) (geo.Scheme, error)
	Incident(ctx context.Context, id int64) (geo.Incident, error)
	Incidents(ctx context.Context, state string, after int64, limit int) ([]geo.Incident, error)
	Editions(ctx context.Context) ([]geo.Edition, error)
	Changes(ctx context.Context, after int64, limit int) ([]geo.Change, error)
	Read(ctx context.Context, after record.Position, to record.Feed) error
	Version(ctx context.Context) (int64, error)
	Committed() <-chan struct{}
	Close() error
}

// Harness makes stores of one kind. Each test gets its own.
type Harness interface {
	// Create makes a new store, closed at the end of the test.
	Create(tb testing.TB, scheme geo.Scheme) Store
	// Reader opens the same store as another process would, to read only.
	Reader(tb testing.TB, s Store) Store
	// Reopen closes a store and opens it again, for writing.
	Reopen(tb testing.TB, s Store) Store
	// Fill makes the store's disk full, until free is called.
	Fill(tb testing.TB, s Store) (free func())
}

// Run runs the contract.
func Run(t *testing.T, h Harness) {
	for _, test := range [...]struct {
		name string
		run  func(t *testing.T, h Harness)
	}{
		{"the log has no gaps under concurrent writers", logHasNoGaps},
		{"what is acknowledged is there after reopening", acknowledgedIsKept},
		{"an idempotency key writes once", keyWritesOnce},
		{"a key serves one report only", keyServesOneReport},
		{"closing is once", closingIsOnce},
		{"incidents are listed by id", incidentsAreListed},
		{"ids stay with their codes", idsStay},
		{"grids keep their ids through editions", gridIDsStay},
		{"an import is whole or not at all", importIsWhole},
		{"a publication is whole or not at all", publicationIsWhole},
		{"editions name every network's state", editionsNameStates},
		{"deltas lead where a snapshot does", deltasLeadToSnapshot},
		{"a foreign position gets everything", foreignPosition},
		{"every reading sees one moment", readingSeesOneMoment},
		{"refusals name what is wrong", refusals},
		{"a full disk refuses writes and keeps the rest", fullDisk},
		{"a closed store says so", closedStore},
		{"a write that is given up harms no later one", givenUp},
		{"closing lets go of whoever waits", closingLetsGo},
		{"versions tell of commits", versionsTell},
		{"every change is in the audit", everyChangeIsAudited},
		{"acts that change nothing are kept", actsAreKept},
		{"a refusal writes nothing", refusalsWriteNothing},
		{"incidents are judged as they hang", incidentsAreJudgedAsTheyHang},
		{"publications are judged by what changes", publicationsAreJudgedByWhatChanges},
		{"credentials are kept", credentialsAreKept},
		{"credentials are checked", credentialsAreChecked},
		{"old sessions are forgotten", oldSessionsAreForgotten},
		{"other rules end sessions", otherRulesEndSessions},
		{"the secret is one", secretIsOne},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, h) })
	}
}

// must stops the test on an error.
func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// want checks an error's kind.
func want(tb testing.TB, what string, err error, k geo.Kind) {
	tb.Helper()
	if err == nil || geo.KindOf(err) != k {
		tb.Fatalf("%s: got %v, want an error of kind %s", what, err, k)
	}
}
