package storetest_test

import (
	"testing"

	"onegrid/geo/coverage"
	"onegrid/geo/storetest"
)

func TestTheTestCityIsSound(t *testing.T) {
	p := storetest.Basic(t, 300, "board")
	c, err := coverage.Decode(p.Chunks)
	if err != nil {
		t.Fatal(err)
	}
	if v := c.Check(storetest.Scheme().Networks[0]); len(v) > 0 {
		t.Fatal(v)
	}
	if len(c.Areas()) != 1+storetest.Side/2+storetest.Side*storetest.Side {
		t.Fatal(len(c.Areas()))
	}
}
