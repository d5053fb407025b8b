package sqlite

import (
	"context"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"time"

	"onegrid/geo"
)

// AddCredential keeps a new credential: Created is set where it is zero. Invalid
// names what the scheme or the grids do not know; Conflict an id that is taken;
// Denied a session whose key no longer holds. A session ends with its key at the
// latest.
func (s *Store) AddCredential(ctx context.Context, by geo.Actor, c geo.Credential) error {
	if by.ID == "" {
		return nameless()
	}
	if err := checkCredential(&c); err != nil {
		return err
	}
	return s.apart(ctx, func(t *tx) error {
		if err := t.mayAdd(by, &c); err != nil {
			return err
		}
		return t.addCredential(by, c)
	})
}

// checkCredential refuses what is wrong by itself.
func checkCredential(c *geo.Credential) error {
	switch {
	case c.Kind != geo.Key && c.Kind != geo.Session:
		return geo.Errorf(geo.Invalid, "a credential is a key or a session").On("kind", string(c.Kind))
	case c.ID == "":
		return geo.Errorf(geo.Invalid, "a credential has an id").On("id", "")
	case c.Hash == [32]byte{}:
		return geo.Errorf(geo.Invalid, "a credential without a secret").On("hash", "")
	case !slices.Contains(geo.Roles, c.Role):
		return geo.Errorf(geo.Invalid, "there is no role %q: there are %s", c.Role, listed(geo.Roles)).On("role", string(c.Role))
	case !(c.Rate >= 0) || math.IsInf(c.Rate, 0):
		return geo.Errorf(geo.Invalid, "a rate is of requests a second, 0 or more").On("rate", "")
	}
	// An empty list would mean nothing at all now, and everything once it is stored.
	switch {
	case c.Scope.Networks != nil && len(c.Scope.Networks) == 0:
		return geo.Errorf(geo.Invalid, "leave networks out to allow all of them").On("network", "[]")
	case c.Scope.Classes != nil && len(c.Scope.Classes) == 0:
		return geo.Errorf(geo.Invalid, "leave classes out to allow all that the role may see").On("class", "[]")
	}
	for _, class := range c.Scope.Classes {
		switch {
		case !slices.Contains(geo.Classes, class):
			return geo.Errorf(geo.Invalid, "there is no class %q: there are %s", class, listed(geo.Classes)).On("class", string(class))
		case !slices.Contains(c.Role.Classes(), class):
			return geo.Errorf(geo.Invalid, "a %s sees %s, not %s: a key can only narrow its role", c.Role, listed(c.Role.Classes()), class).On("class", string(class))
		}
	}
	return nil
}

func listed[T ~string](all []T) string {
	var texts []string
	for _, x := range all {
		texts = append(texts, string(x))
	}
	return strings.Join(texts, ", ")
}

// mayAdd decides whether a credential is added. It writes nothing.
func (t *tx) mayAdd(by geo.Actor, c *geo.Credential) error {
	var taken int
	if _, err := t.scan("look for the credential", `SELECT count(*) FROM credentials WHERE id = ? OR hash = ?`, []any{c.ID, c.Hash[:]}, &taken); err != nil {
		return err
	}
	if taken > 0 {
		return geo.Errorf(geo.Conflict, "there is a credential %s already", c.ID).On("id", c.ID)
	}
	if c.Kind == geo.Session {
		return t.within(c)
	}
	if err := by.Allowed(aboutKeys); err != nil {
		return err
	}
	return t.checkScope(c.Scope)
}

// aboutKeys is what making and revoking keys concerns: whoever is let in where.
var aboutKeys = geo.Subject{Layer: geo.Scheming, Whole: true}

// within bounds a session by its key; what it is of may also be a token, which the
// store does not know.
func (t *tx) within(c *geo.Credential) error {
	var expires, revoked *int64
	found, err := t.scan("find the key", `SELECT expires, revoked FROM credentials WHERE id = ? AND kind = 'key'`, []any{c.Of}, &expires, &revoked)
	if err != nil || !found {
		return err
	}
	key := geo.Credential{Expires: timeOf(expires), Revoked: timeOf(revoked)}
	if !key.Holds(t.now) {
		return geo.Errorf(geo.Denied, "the key %s no longer lets anybody in", c.Of).On("of", c.Of)
	}
	if end := key.Expires; !end.IsZero() && (c.Expires.IsZero() || c.Expires.After(end)) {
		c.Expires = end
	}
	return nil
}

// checkScope refuses a scope that the city does not have.
func (t *tx) checkScope(s geo.Scope) error {
	scheme, _, err := readScheme(t.ctx, t.conn)
	if err != nil {
		return err
	}
	for _, id := range s.Networks {
		if scheme.Network(id) == nil {
			var have []string
			for _, n := range scheme.Networks {
				have = append(have, n.ID)
			}
			return geo.Errorf(geo.Invalid, "the scheme has no network %q: it has %s", id, strings.Join(have, ", ")).On("network", id)
		}
	}
	if s.Subtree == "" {
		return nil
	}
	basic := scheme.Basic()
	var network string
	found, err := t.scan("find "+s.Subtree, `SELECT network FROM grids WHERE code = ? AND until IS NULL`, []any{s.Subtree}, &network)
	switch {
	case err != nil:
		return err
	case !found:
		return geo.Errorf(geo.Invalid, "there is no area %q in force; a subtree is an area of the network %s", s.Subtree, basic.ID).On("subtree", s.Subtree)
	case network != basic.ID:
		return geo.Errorf(geo.Invalid, "the area %q is of the network %s; a subtree is of the network %s", s.Subtree, network, basic.ID).On("subtree", s.Subtree)
	}
	return nil
}

func (t *tx) addCredential(by geo.Actor, c geo.Credential) error {
	scope, err := json.Marshal(c.Scope)
	if err != nil {
		return geo.Errorf(geo.Invalid, "the scope cannot be written: %v", err)
	}
	if c.Created.IsZero() {
		c.Created = t.now
	}
	revision, err := t.nextRevision()
	if err != nil {
		return err
	}
	if c.Kind == geo.Session {
		if err := t.forgetSessions(); err != nil {
			return err
		}
	}
	err = t.exec("write the credential", `INSERT INTO credentials (id, kind, of, name, role, scope, rate, created, expires, revoked, hash, revision)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		c.ID, string(c.Kind), c.Of, c.Name, string(c.Role), string(scope), c.Rate, c.Created.UnixMicro(), microsOf(c.Expires), microsOf(c.Revoked), c.Hash[:], revision)
	if err != nil {
		return err
	}
	return t.record(geo.Act{Actor: by.ID, Role: by.Role, Do: called(c.Kind, "create", "open"), Object: c.ID, Detail: about(&c)})
}

// about is what the audit keeps of a credential: not its name, which somebody may
// have given to a person.
func about(c *geo.Credential) map[string]any {
	d := map[string]any{"role": string(c.Role)}
	if c.Scope.Subtree != "" {
		d["subtree"] = c.Scope.Subtree
	}
	if c.Scope.Networks != nil {
		d["networks"] = c.Scope.Networks
	}
	if c.Scope.Classes != nil {
		d["classes"] = c.Scope.Classes
	}
	if !c.Expires.IsZero() {
		d["expires"] = c.Expires.UTC().Format(time.RFC3339)
	}
	return d
}

// called is what the audit calls something that is done to a key or a session.
func called(kind geo.CredentialKind, key, session string) string {
	if kind == geo.Session {
		return "session." + session
	}
	return "key." + key
}

// RevokeCredential ends a credential, and with a key its sessions. One that was
// revoked before stays as it was. NotFound if there is none of the id.
func (s *Store) RevokeCredential(ctx context.Context, by geo.Actor, id string) error {
	if by.ID == "" {
		return nameless()
	}
	return s.apart(ctx, func(t *tx) error {
		var kind geo.CredentialKind
		var revoked *int64
		found, err := t.scan("find the credential", `SELECT kind, revoked FROM credentials WHERE id = ?`, []any{id}, &kind, &revoked)
		switch {
		case err != nil:
			return err
		case !found:
			return geo.Errorf(geo.NotFound, "there is no key or session %q", id).On("id", id)
		case kind == geo.Key:
			err = by.Allowed(aboutKeys)
		}
		if err != nil || revoked != nil {
			return err
		}
		return t.revoke(by, kind, id)
	})
}

func (t *tx) revoke(by geo.Actor, kind geo.CredentialKind, id string) error {
	revision, err := t.nextRevision()
	if err != nil {
		return err
	}
	act := geo.Act{Actor: by.ID, Role: by.Role, Do: called(kind, "revoke", "close"), Object: id}
	err = t.exec("revoke the credential", `UPDATE credentials SET revoked = ?, revision = ? WHERE id = ?`, t.now.UnixMicro(), revision, id)
	if err == nil && kind == geo.Key {
		var ended int64
		ended, err = t.endSessions(`of = ?`, id)
		act.Detail = map[string]any{"sessions": ended}
	}
	if err != nil {
		return err
	}
	return t.record(act)
}

// endSessions ends the open sessions that a condition with one value chooses, and
// counts them.
func (t *tx) endSessions(which string, value any) (ended int64, err error) {
	revision, err := t.nextRevision()
	if err != nil {
		return 0, err
	}
	open := ` kind = 'session' AND revoked IS NULL AND (expires IS NULL OR expires > ?) AND ` + which
	now := t.now.UnixMicro()
	if _, err := t.scan("count the sessions", `SELECT count(*) FROM credentials WHERE`+open, []any{now, value}, &ended); err != nil {
		return 0, err
	}
	return ended, t.exec("end the sessions", `UPDATE credentials SET revoked = ?, revision = ? WHERE`+open, now, revision, now, value)
}

// nextRevision counts the writes to the credentials.
func (t *tx) nextRevision() (next int64, err error) {
	_, err = t.scan("read the credentials' revision", `SELECT coalesce(max(revision), 0) + 1 FROM credentials`, nil, &next)
	return next, err
}

// sessionKept is for how long a session that is over is remembered. The audit
// remembers it for ever.
const sessionKept = 24 * time.Hour

func (t *tx) forgetSessions() error {
	before := t.now.Add(-sessionKept).UnixMicro()
	return t.exec("forget old sessions", `DELETE FROM credentials WHERE kind = 'session' AND (expires < ?1 OR revoked < ?1)`, before)
}

func microsOf(at time.Time) *int64 {
	if at.IsZero() {
		return nil
	}
	return new(at.UnixMicro())
}

func timeOf(us *int64) time.Time {
	if us == nil {
		return time.Time{}
	}
	return micros(*us)
}
