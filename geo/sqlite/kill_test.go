package sqlite_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"onegrid/geo"
	"onegrid/geo/record"
	"onegrid/geo/sqlite"
	"onegrid/geo/storetest"
)

// childEnv names the store that this test program, started again, writes to
// until it is killed.
const childEnv = "ONEGRID_TEST_WRITES_TO"

// child is the life of that process: it opens incidents from four goroutines,
// puts a device now and then, and prints what was acknowledged, a line each.
func child() bool {
	path := os.Getenv(childEnv)
	if path == "" {
		return false
	}
	ctx := context.Background()
	if os.Getenv(besideEnv) != "" {
		fmt.Println(noteBeside(ctx, path, besideActs))
		return true
	}
	s, err := sqlite.Open(ctx, path)
	if err != nil {
		fmt.Println("failed", err)
		return true
	}
	for w := range 4 {
		go func() {
			for i := 0; ; i++ {
				key := fmt.Sprint(os.Getpid(), "-", w, "-", i)
				in, seq, _, err := s.OpenIncident(ctx, geo.By("hotline"), storetest.Incident(storetest.At(w%4, i%4, i%1000, 0)), key)
				if err != nil {
					fmt.Println("failed", err)
				}
				fmt.Printf("incident %d %d %s\n", seq, in.ID, key) // one write: lines do not mix
				if i%20 != 19 {
					continue
				}
				code := "cam" + key
				seq, err = s.Put(ctx, geo.By("iot"), record.Objects{Layer: geo.Devices, Devices: []geo.Device{storetest.Camera(code, in.Point, "ok")}})
				if err != nil {
					fmt.Println("failed", err)
				}
				fmt.Printf("device %d 0 %s\n", seq, code)
			}
		}()
	}
	select {}
}

type ack struct {
	seq, id int64
	key     string
}

// TestNothingAcknowledgedIsLost kills a writing process again and again, at any
// moment. Its successor has to find every write that it said it had done.
func TestNothingAcknowledgedIsLost(t *testing.T) {
	kills := 20
	if os.Getenv("ONEGRID_LONG") != "" {
		kills = 1000
	}
	s := create(t)
	path := s.Path()
	s.Close()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	total, after := 0, int64(0)
	for k := range kills {
		acks := liveAndDie(t, path, time.Duration(1+rnd.IntN(60))*time.Millisecond)
		total += len(acks)
		after = verify(t, path, k, after, acks)
	}
	t.Logf("%d acknowledged writes through %d kills", total, kills)
	if total < kills {
		t.Fatal("too few writes to have proven anything")
	}
}

// liveAndDie runs a child, kills it some time after its first word, and returns
// what it had acknowledged.
func liveAndDie(t *testing.T, path string, life time.Duration) []ack {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+path)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var acks []ack
	lines := bufio.NewScanner(out)
	for n := 0; lines.Scan(); n++ {
		if n == 0 {
			time.AfterFunc(life, func() { cmd.Process.Kill() })
		}
		var kind string
		var a ack
		if _, err := fmt.Sscan(lines.Text(), &kind, &a.seq, &a.id, &a.key); err != nil {
			if strings.HasPrefix(lines.Text(), "failed") {
				t.Errorf("the child: %s", lines.Text())
			}
			continue // the last line may be cut
		}
		acks = append(acks, a)
	}
	cmd.Wait() // killed
	return acks
}

// verify opens the store as the next process would and looks for every
// acknowledged write; the log after the last look must have no gap.
func verify(t *testing.T, path string, kill int, after int64, acks []ack) int64 {
	t.Helper()
	ctx := context.Background()
	if kill%2 == 0 { // a reader may come first, and finds the log of a dead writer
		r, err := sqlite.OpenReader(ctx, path)
		if err != nil {
			t.Fatalf("after kill %d, reading: %v", kill, err)
		}
		w, _ := storetest.Snapshot(t, r)
		if n := len(acks); n > 0 && w.Seq() < acks[n-1].seq {
			t.Fatalf("after kill %d, a reader sees seq %d, acknowledged %v", kill, w.Seq(), acks[n-1])
		}
		r.Close()
	}
	s, err := sqlite.Open(ctx, path)
	if err != nil {
		t.Fatalf("after kill %d: %v", kill, err)
	}
	defer s.Close()
	log, err := s.Changes(ctx, after, -1)
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range log {
		if c.Seq != after+int64(i)+1 {
			t.Fatalf("after kill %d: seq %d at place %d after %d", kill, c.Seq, i, after)
		}
	}
	for _, a := range acks {
		i := a.seq - after - 1
		if i < 0 || i >= int64(len(log)) {
			t.Fatalf("after kill %d: write %v was acknowledged and is lost", kill, a)
		}
		if c := log[i]; a.id != 0 && c.Object != fmt.Sprint(a.id) || a.id == 0 && c.Object != a.key {
			t.Fatalf("after kill %d: seq %d is of %s, acknowledged %v", kill, c.Seq, c.Object, a)
		}
		if a.id == 0 {
			continue
		}
		in, err := s.Incident(ctx, a.id)
		if err != nil {
			t.Fatal(err)
		}
		_, seq, again, err := s.OpenIncident(ctx, geo.By("hotline"), in, a.key)
		if err != nil || !again || seq != a.seq {
			t.Fatalf("after kill %d: the key of %v is forgotten: seq %d, again %v, %v", kill, a, seq, again, err)
		}
	}
	entries, _, err := s.VerifyAudit(ctx)
	if err != nil || entries != after+int64(len(log)) {
		t.Fatalf("after kill %d: %d entries of the audit for %d changes, %v", kill, entries, after+int64(len(log)), err)
	}
	return after + int64(len(log))
}
