package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"

	"onegrid/geo/lattice"
)

// batchOf sends a batch and returns the answer.
func (h *townHouse) batchOf(t testing.TB, kind, query string, body io.Reader) (int, string) {
	t.Helper()
	r, err := http.NewRequest("POST", h.url+"/v1/locate/batch"+query, body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", kind)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	out, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("after %d bytes: %v", len(out), err)
	}
	return resp.StatusCode, string(out)
}

func TestBatchCSV(t *testing.T) {
	h := openTown(t)
	in := "id,lon,lat,note\n" +
		"1,106.621,26.601,plain\n" +
		"2,106.623,26.601,\"with, comma\"\r\n" +
		"\n" +
		"3,\"106.625\",26.601,\"two\nlines \"\"quoted\"\"\"\n" +
		"4,1e300,26.601,far\n" +
		"5,106.621\n" +
		"6,106.621,26.601,bare\"quote\n" +
		"7,0,0,outside\n" +
		"8,106.622,26.601,border"
	status, out := h.batchOf(t, "text/csv", "?crs=wgs84", strings.NewReader(in))
	want := "id,lon,lat,note,status,code,owner,distance_m,edition,warnings,error\n" +
		"1,106.621,26.601,plain,inside," + gridCode(0) + "," + gridCode(0) + ",99.6,1,,\n" +
		"2,106.623,26.601,\"with, comma\",inside," + gridCode(1) + "," + gridCode(1) + ",99.6,1,,\n" +
		"3,\"106.625\",26.601,\"two\nlines \"\"quoted\"\"\",inside," + gridCode(2) + "," + gridCode(2) + ",99.6,1,,\n" +
		"4,1e300,26.601,far,,,,,,,"
	if status != 200 || !strings.HasPrefix(out, want) {
		t.Fatalf("%d\n%s\nwant\n%s", status, out, want)
	}
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil {
		t.Fatalf("the answer is not CSV: %v\n%s", err, out)
	}
	if len(rows) != 9 {
		t.Fatalf("%d rows, want 9:\n%s", len(rows), out)
	}
	for i, want := range map[int]string{4: "out of range", 5: "2 fields", 6: "quote"} {
		if e := rows[i][10]; !strings.Contains(e, want) {
			t.Errorf("row %d: error %q, want it to say %q", i, e, want)
		}
	}
	if rows[6][0] != `6,106.621,26.601,bare"quote` {
		t.Errorf("a row that cannot be read is echoed whole: %q", rows[6])
	}
	if rows[7][4] != "outside" || rows[7][5] != "" || rows[8][4] != "on_border" || rows[8][5] != gridCode(1) {
		t.Errorf("rows %q", rows[7:])
	}
}

func TestBatchNDJSON(t *testing.T) {
	h := openTown(t)
	in := `{"id":"a","point":{"lon":106.621,"lat":26.601}}` + "\n" +
		`{"id":7,"point":{"lon":106.621,"lat":26.601},"level":"community","include":["chain"]}` + "\r\n" +
		"\n" +
		`{"id":"bad","point":{"lon":106.621,"lat":NaN}}` + "\n" +
		`nonsense` + "\n" +
		`{"point":{"lon":106.625,"lat":26.605},"crs":"cgcs2000","networks":["towers"]}`
	status, out := h.batchOf(t, "application/x-ndjson", "?crs=wgs84&networks=", strings.NewReader(in))
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	if status != 200 || len(lines) != 5 {
		t.Fatalf("%d, %d lines:\n%s", status, len(lines), out)
	}
	for i, want := range []map[string]any{
		{"id": "a", "status": "inside", "code": gridCode(0), "chain": nil},
		{"id": "7", "status": "inside", "code": gridCode(0), "owner": "520115001001"},
		{"id": "bad", "field": "point.lat", "row": "4", "type": "urn:onegrid:problem:invalid"},
		{"id": nil, "row": "5"},
		{"id": nil, "status": "inside", "code": gridCode(10), "other": "T1"},
	} {
		var a map[string]any
		d := json.NewDecoder(strings.NewReader(lines[i]))
		d.UseNumber()
		if err := d.Decode(&a); err != nil {
			t.Fatalf("line %d: %v: %s", i, err, lines[i])
		}
		a["code"], a["other"] = at(a, "grid", "code"), at(a, "others", 0, "code")
		for k, v := range want {
			got := a[k]
			if k == "owner" {
				got = at(a, "owner", "code")
			}
			if fmt.Sprint(got) != fmt.Sprint(v) {
				t.Errorf("line %d: %s is %v, want %v: %s", i, k, got, v, lines[i])
			}
		}
	}
}

func TestBatchRefusesBeforeItBegins(t *testing.T) {
	h := openTown(t)
	for _, c := range []struct {
		kind, query, body string
		status            int
	}{
		{"text/csv", "", "", 400},
		{"text/csv", "?crs=wgs84", "a,b\n1,2\n", 400},
		{"text/csv", "?crs=wgs84", "lon,lat,lon\n1,2,3\n", 400},
		{"text/csv", "?crs=wgs84", "address\nx\n", 400},
		{"text/csv", "?crs=mars", "lon,lat\n", 400},
		{"text/csv", "?crs=wgs84&lon=1", "lon,lat\n", 400},
		{"text/csv", "?colour=red", "lon,lat\n", 400},
		{"text/csv", "?crs=wgs84", "lon,lat" + strings.Repeat(",x", 1<<20), 413},
		{"application/json", "?crs=wgs84", "{}", 415},
	} {
		if status, out := h.batchOf(t, c.kind, c.query, strings.NewReader(c.body)); status != c.status || !strings.Contains(out, "urn:onegrid:problem:") {
			t.Errorf("%s %s %s: %d %s, want %d", c.kind, c.query, clipped(c.body), status, clipped(out), c.status)
		}
	}
	// A byte-order mark, as spreadsheets write it, is no part of the first name.
	if status, out := h.batchOf(t, "text/csv", "?crs=wgs84", strings.NewReader("\xef\xbb\xbflon,lat\n106.621,26.601\n")); status != 200 || !strings.Contains(out, gridCode(0)) {
		t.Errorf("byte-order mark: %d %s", status, out)
	}
}

// manyRows writes n rows of random places with a note, some of them bad, and
// what their codes must be.
func manyRows(n int, note string) (in []byte, codes []string) {
	chance := rand.New(rand.NewPCG(1, 2))
	in = append(in, "n,lon,lat,note\n"...)
	for i := range n {
		x, y := chance.Float64()*5-0.5, chance.Float64()*5-0.5
		p := townPoint(x, y)
		in = append(appendInt(in, int64(i)), ',')
		if chance.IntN(50) == 0 {
			in = append(in, "nowhere,0,\n"...)
			codes = append(codes, "error")
			continue
		}
		in = append(lattice.Append(in, p.X), ',')
		in = lattice.Append(in, p.Y)
		switch chance.IntN(20) {
		case 0:
			in = append(in, ",\"two\nlines\""...)
		default:
			in = append(append(in, ','), note...)
		}
		in = append(in, '\n')
		code := ""
		if x, y := int(p.X-townLon), int(p.Y-townLat); x >= 0 && y >= 0 && x <= 4*townCell && y <= 4*townCell {
			code = gridCode(min(y/townCell, 3)*4 + min(x/townCell, 3))
		}
		codes = append(codes, code)
	}
	return in, codes
}

func checkRows(t *testing.T, out io.Reader, codes []string) {
	t.Helper()
	r := csv.NewReader(out)
	r.ReuseRecord = true
	if _, err := r.Read(); err != nil {
		t.Fatal(err)
	}
	for i, want := range codes {
		row, err := r.Read()
		if err != nil {
			t.Fatalf("row %d of %d: %v", i, len(codes), err)
		}
		got := row[5]
		if row[10] != "" {
			got = "error"
		}
		if row[0] != fmt.Sprint(i) || got != want {
			t.Fatalf("row %d: %q, want %q", i, row, want)
		}
	}
	if _, err := r.Read(); err != io.EOF {
		t.Fatalf("after the last row: %v", err)
	}
}

// slowly gives its input in small pieces, without a length: chunked.
type slowly struct {
	from   io.Reader
	pieces int
}

func (s *slowly) Read(b []byte) (int, error) {
	s.pieces++
	if s.pieces%64 == 0 {
		time.Sleep(time.Millisecond)
	}
	return s.from.Read(b[:min(len(b), 7+s.pieces%3000)])
}

func TestBatchLosesNoRowOfChunkedUploads(t *testing.T) {
	h := openTown(t)
	in, codes := manyRows(60_000, "x")
	status, out := h.batchOf(t, "text/csv", "?crs=wgs84", &slowly{from: bytes.NewReader(in)})
	if status != 200 {
		t.Fatalf("%d %s", status, clipped(out))
	}
	checkRows(t, strings.NewReader(out), codes)
}

// A caller that sends everything before it reads anything does not stall: the
// answers wait on the disk.
func TestBatchWaitsOnDiskForSlowReaders(t *testing.T) {
	h := openTown(t)
	in, codes := manyRows(40_000, strings.Repeat("x", 600)) // more than the sockets and the memory take
	c, err := net.Dial("tcp", strings.TrimPrefix(h.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.(*net.TCPConn).SetReadBuffer(256 << 10)
	c.SetDeadline(time.Now().Add(60 * time.Second))
	fmt.Fprintf(c, "POST /v1/locate/batch?crs=wgs84 HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/csv\r\nContent-Length: %d\r\nConnection: close\r\n\r\n", len(in))
	if _, err := c.Write(in); err != nil {
		t.Fatalf("sending stalled: %v", err)
	}
	for spooled := 0.0; spooled == 0; time.Sleep(10 * time.Millisecond) {
		var m dto.Metric
		if err := h.metrics.spooled.Write(&m); err != nil {
			t.Fatal(err)
		}
		spooled = m.Counter.GetValue()
	}
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	checkRows(t, resp.Body, codes)
}

// A caller may wait for the answer to a row before it sends the next one.
func TestBatchAnswersRowByRow(t *testing.T) {
	h := openTown(t)
	in, send := io.Pipe()
	r, _ := http.NewRequest("POST", h.url+"/v1/locate/batch?crs=wgs84", in)
	r.Header.Set("Content-Type", "application/x-ndjson")
	go io.WriteString(send, `{"id":0,"point":{"lon":106.621,"lat":26.601}}`+"\n")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	for i := range 20 {
		if !lines.Scan() || !strings.HasPrefix(lines.Text(), fmt.Sprintf(`{"id":%d,"status":"inside"`, i)) {
			t.Fatalf("line %d: %q %v", i, lines.Text(), lines.Err())
		}
		fmt.Fprintf(send, `{"id":%d,"point":{"lon":106.621,"lat":26.601}}`+"\n", i+1)
	}
	send.Close()
	if !lines.Scan() || lines.Scan() {
		t.Errorf("the last line: %q", lines.Text())
	}
}

// An answer that could not be finished does not look whole.
func TestBatchCutsOffWhenTheUploadBreaks(t *testing.T) {
	h := openTown(t)
	c, err := net.Dial("tcp", strings.TrimPrefix(h.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(20 * time.Second))
	io.WriteString(c, "POST /v1/locate/batch?crs=wgs84 HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/csv\r\nTransfer-Encoding: chunked\r\n\r\n"+
		"8\r\nlon,lat\n\r\n0f\r\n106.621,26.601\n\r\n")
	time.Sleep(100 * time.Millisecond) // the answer has begun
	io.WriteString(c, "not a length\r\n")
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return // cut off at once is fine too
	}
	if body, err := io.ReadAll(resp.Body); err == nil {
		t.Errorf("a broken upload was answered as if whole: %d %q", resp.StatusCode, body)
	}
}

// One long row, one quote that is never closed: an error each, and no other row
// suffers.
func TestBatchBadRowsStandAlone(t *testing.T) {
	h := openTown(t)
	long := strings.Repeat("x", 3<<20)
	in := "lon,lat,note\n106.621,26.601,a\n106.621,26.601," + long + "\n106.623,26.601,b\n106.621,26.601,\"open\n106.625,26.601,c\n" +
		strings.Repeat("106.627,26.601,d\n", 100_000)
	_, out := h.batchOf(t, "text/csv", "?crs=wgs84", strings.NewReader(in))
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 6+100_000 {
		t.Fatalf("%d rows, want %d", len(rows), 6+100_000)
	}
	for i, code := range []string{gridCode(0), "", gridCode(1), "", gridCode(2), gridCode(3)} {
		if rows[i+1][4] != code || (code == "") != (rows[i+1][9] != "") {
			t.Errorf("row %d: %q", i+1, clipped(strings.Join(rows[i+1], "|")))
		}
	}
	lines := `{"point":{"lon":106.621,"lat":26.601}}` + "\n" + `{"point":{"lon":106.621,"lat":26.601},"crs":"` + long + "\"}\n" + `{"point":{"lon":106.623,"lat":26.601}}`
	_, out = h.batchOf(t, "application/x-ndjson", "?crs=wgs84", strings.NewReader(lines))
	if got := strings.Count(out, "\n"); got != 3 || !strings.Contains(out, "too-large") || !strings.Contains(out, gridCode(1)) {
		t.Errorf("%d lines: %s", got, clipped(out))
	}
}

// A problem names its row, however many chunks lie before it and however long
// the rows are that were skipped.
func TestBatchProblemsNameTheirRow(t *testing.T) {
	h := openTown(t)
	bad := map[int]bool{3: true, 9_000: true, 12_345: true, 19_999: true}
	var in strings.Builder
	for row := 1; row <= 20_000; row++ {
		switch {
		case row == 7_000:
			in.WriteString(strings.Repeat("x", 3<<20) + "\n") // a row that is skipped
		case row%1000 == 500:
			in.WriteString("\n") // no row, but a line
		case bad[row]:
			in.WriteString("{\"point\":{}}\n")
		default:
			fmt.Fprintf(&in, "{\"id\":%d,\"point\":{\"lon\":106.621,\"lat\":26.601}}\n", row)
		}
	}
	status, out := h.batchOf(t, "application/x-ndjson", "?crs=wgs84", strings.NewReader(in.String()))
	if status != 200 {
		t.Fatal(status, clipped(out))
	}
	named := map[int]bool{}
	for line := range strings.Lines(out) {
		var a struct{ Row int }
		if err := json.Unmarshal([]byte(line), &a); err != nil {
			t.Fatal(err)
		}
		if a.Row != 0 {
			named[a.Row] = true
		}
	}
	for row := range bad {
		if !named[row] {
			t.Errorf("row %d is not named, but %v", row, named)
		}
	}
	if !named[7_000] || len(named) != len(bad)+1 {
		t.Errorf("rows %v are named", named)
	}
}

// The key in the header and the key in the body are one key.
func TestIncidentKeysDoNotContradict(t *testing.T) {
	h := openTown(t)
	status, a := h.post(t, "/v1/incidents", incidentAt(0.5, 0.5, `,"idempotency_key":"k-1"`), "Idempotency-Key", "k-2")
	if status != 400 || a["field"] != "idempotency_key" {
		t.Errorf("%d %v", status, a)
	}
	if status, a := h.post(t, "/v1/incidents", incidentAt(0.5, 0.5, `,"idempotency_key":"k-1"`), "Idempotency-Key", "k-1"); status != 201 {
		t.Errorf("the same twice: %d %v", status, a)
	}
}

// All batches together compute on so many slots and no more: while others hold
// them, a batch waits and a single lookup does not.
func TestBatchesWaitForSlotsAndSinglesDoNot(t *testing.T) {
	h := openTown(t)
	var held []func()
	for range h.slots.most() {
		held = append(held, h.slots.take())
	}
	in, codes := manyRows(2000, "x")
	type answer struct {
		status int
		out    string
	}
	done := make(chan answer, maxBatches)
	for range maxBatches {
		go func() {
			status, out := h.batchOf(t, "text/csv", "?crs=wgs84", bytes.NewReader(in))
			done <- answer{status, out}
		}()
	}
	for h.batches.Len() < maxBatches {
		time.Sleep(time.Millisecond)
	}
	for range 100 {
		if status, a := h.get(t, "/v1/locate?crs=wgs84&"+where(0.5, 0.5)); status != 200 {
			t.Fatalf("%d %v", status, a)
		}
	}
	select {
	case a := <-done:
		t.Fatalf("a batch was answered without a slot: %d %s", a.status, clipped(a.out))
	case <-time.After(20 * time.Millisecond):
	}
	for _, give := range held {
		give()
	}
	for range maxBatches {
		a := <-done
		if a.status != 200 {
			t.Fatalf("%d %s", a.status, clipped(a.out))
		}
		checkRows(t, strings.NewReader(a.out), codes)
	}
	if n := len(h.slots.always) + len(h.slots.last); n != 0 {
		t.Errorf("%d slots were not given back", n)
	}
}

// Batches have every processor while nobody asks for single places, and leave one
// from then on for a while.
func TestBatchesLeaveAProcessorToWhoAsks(t *testing.T) {
	for processors, want := range map[int][2]int{1: {1, 1}, 2: {2, 1}, 3: {3, 2}, 64: {64, 63}} {
		var asked int64
		clock := time.Unix(1e9, 0)
		s := newSlots(processors, func() int64 { return asked })
		s.now = func() time.Time { return clock }
		taken := func() int {
			var held []func()
			for !s.busy() && len(held) < s.most() || len(s.always) < cap(s.always) {
				held = append(held, s.take())
			}
			for _, give := range held {
				give()
			}
			return len(held)
		}
		if n := taken(); n != want[0] || s.most() != want[0] {
			t.Errorf("of %d processors batches take %d of %d, want %d", processors, n, s.most(), want[0])
		}
		for range 3 {
			asked++
			if n := taken(); n != want[1] {
				t.Errorf("of %d processors batches take %d beside single requests, want %d", processors, n, want[1])
			}
			clock = clock.Add(quiet - 1)
			if n := taken(); n != want[1] {
				t.Errorf("of %d processors batches take %d soon after, want %d", processors, n, want[1])
			}
			clock = clock.Add(2)
			if n := taken(); n != want[0] {
				t.Errorf("of %d processors batches take %d when it is quiet again, want %d", processors, n, want[0])
			}
		}
	}
}

// What asks for single places counts, and what does not leaves batches alone.
func TestSingleRequestsAreCounted(t *testing.T) {
	h := openTown(t)
	before := h.frame.Singles()
	in, _ := manyRows(10, "x")
	h.batchOf(t, "text/csv", "?crs=wgs84", bytes.NewReader(in))
	h.get(t, "/healthz")
	if n := h.frame.Singles(); n != before {
		t.Errorf("a batch and a look at its health are %d single requests", n-before)
	}
	h.get(t, "/v1/locate?crs=wgs84&"+where(0.5, 0.5))
	if n := h.frame.Singles(); n != before+1 {
		t.Errorf("a lookup is %d", n-before)
	}
}

// Beside as many batches as there may be, single lookups are answered soon: 99 of
// 100 within far less than a batch takes.
func TestSinglesAreAnsweredBesideBatches(t *testing.T) {
	h := openTown(t)
	stop := endlessBatches(t, h, maxBatches)
	defer stop()
	var took []time.Duration
	for range 100 {
		start := time.Now()
		if status, a := h.get(t, "/v1/locate?crs=wgs84&"+where(0.5, 0.5)); status != 200 {
			t.Fatalf("%d %v", status, a)
		}
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	if p99 := took[len(took)*99/100]; p99 > time.Second { // some milliseconds, on a machine that does nothing else
		t.Errorf("99 of 100 took up to %v, half of them %v", p99, took[len(took)/2])
	}
}
