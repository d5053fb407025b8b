package follow

import (
	"errors"

	"onegrid/geo"
	"onegrid/geo/record"
	"onegrid/geo/world"
)

// refusal is why a store that stands in ours' place is not followed.
type refusal struct{ why error }

func (r refusal) Error() string { return r.why.Error() }
func (r refusal) Unwrap() error { return r.why }

func refuses(err error) bool {
	var r refusal
	return errors.As(err, &r)
}

// mayReplace decides when the log does not go on from where we are. The same
// store restored from a backup is read anew, and said so. Another store, or one
// that was emptied, is not: a person must restart the process to mean it.
func (f *Follower) mayReplace(old, next *world.World, to record.Position) error {
	switch {
	case to.Store != f.at.Store:
		return refusal{geo.Errorf(geo.Unavailable,
			"another store stands in the place of the one that was followed; the last world, of change %d, stays in force until a restart", f.at.Seq)}
	case to.Seq == 0, old.Edition().ID > 0 && next.Edition().ID == 0:
		return refusal{geo.Errorf(geo.Unavailable,
			"the store was emptied; the last world, of change %d, stays in force until a restart", f.at.Seq)}
	}
	f.o.Log.Warn("the store's log does not continue ours: it was restored; read anew", "had", f.at.Seq, "now", to.Seq)
	return nil
}
