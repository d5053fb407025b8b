package access

import (
	"math"
	"time"

	"golang.org/x/time/rate"

	"onegrid/geo"
)

// rates are how many requests a second each role may make, unless its key says
// otherwise. A page that opens asks for a hundred tiles at once: four seconds'
// worth may come together.
var rates = map[geo.Role]float64{
	geo.RoleViewer: 100, geo.RoleWall: 200, geo.RoleMember: 50, geo.RoleService: 5_000,
	geo.RoleOperator: 200, geo.RolePlanner: 200, geo.RoleApprover: 200, geo.RoleAdmin: 1_000,
}

// RateOf is how many requests a second a role may make.
func RateOf(role geo.Role) float64 { return rates[role] }

const burst = 4 // seconds

// rateOf is how many requests a second a credential may make.
func rateOf(c *geo.Credential) float64 {
	if c.Rate != 0 {
		return c.Rate
	}
	return rates[c.Role]
}

func newBucket(perSecond float64) *rate.Limiter {
	together := min(max(1, burst*perSecond), math.MaxInt32) // a rate may be any number
	return rate.NewLimiter(rate.Limit(perSecond), int(together))
}

// Take counts a request of the caller. It says no, and for how long to wait, if
// that is one too many.
func (c *Caller) Take(now time.Time) (wait time.Duration, ok bool) {
	if c.bucket == nil || c.bucket.AllowN(now, 1) {
		return 0, true
	}
	return time.Duration(float64(time.Second) / float64(c.bucket.Limit())), false
}
