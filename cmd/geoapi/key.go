package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"onegrid/cmd/internal/server"
	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/sqlite"
)

// keyCommands say who may come in. They work beside a running server, which hears
// of what they do within a moment.
type keyCommands struct {
	Create keyCreate `cmd:"" help:"Make a key. It is shown once, as the last line, and kept nowhere."`
	List   keyList   `cmd:"" help:"List the keys, those that no longer let anybody in too."`
	Revoke keyRevoke `cmd:"" help:"End keys and their sessions at once, open event streams too."`
}

// How long a key lasts unless told.
const (
	usualDays = 365
	mostDays  = 36_500
)

type keyCreate struct {
	storeFlag
	Role    string   `required:"" enum:"viewer,wall,member,service,operator,planner,approver,admin" help:"What its bearer is there for: ${enum}."`
	Subtree string   `placeholder:"CODE" help:"The area, of the basic network, that it is for, with all under it; the whole city unless said."`
	Network []string `placeholder:"ID" help:"The networks that it is for; all unless said. May be repeated."`
	Class   []string `placeholder:"CLASS" help:"The classes of layers that it sees, of those of its role: public, internal, restricted. May be repeated."`
	Name    string   `placeholder:"TEXT" help:"What it is called in lists: a system, a screen. Not a person."`
	Days    *int     `placeholder:"N" help:"After how many days it ends; 365 unless said, and never for a wall's."`
	Rate    float64  `placeholder:"N" help:"How many requests a second it may make; as its role has unless said."`
}

// Help shows examples.
func (keyCreate) Help() string {
	return `The key alone is written to the standard output, and what it is good for to the
standard error. The first key ends the time when everybody on this machine was let in.

Examples:
  geoapi key create --store sqlite:city.db --role admin
  geoapi key create --store sqlite:city.db --role planner --subtree 520115001 --name "the street's desk"
  geoapi key create --store sqlite:city.db --role wall --class public,internal
  KEY=$(geoapi key create --store sqlite:city.db --role service --days 30 --rate 50)`
}

// Run makes the key.
func (c *keyCreate) Run(ctx context.Context, t *server.Terminal) error {
	key, secret, err := c.credential(time.Now())
	if err != nil {
		return err
	}
	s, err := sqlite.OpenBeside(ctx, string(c.Store))
	if err != nil {
		return err
	}
	defer s.Close()
	before, _, err := s.Credentials(ctx)
	if err != nil {
		return err
	}
	if err := s.AddCredential(ctx, local, key); err != nil {
		return err
	}
	if len(before) == 0 {
		fmt.Fprintln(t.Err, "This is the first key: from now on nobody gets in without one.")
	}
	fmt.Fprintf(t.Err, "The key %s is %s. It is shown this once:\n", key.ID, described(&key))
	fmt.Fprintln(t.Out, secret)
	return nil
}

// credential is the key that the flags describe, and its secret.
func (c *keyCreate) credential(now time.Time) (key geo.Credential, secret string, err error) {
	key = geo.Credential{Kind: geo.Key, Name: c.Name, Role: geo.Role(c.Role), Rate: c.Rate}
	key.Scope.Subtree, key.Scope.Networks = c.Subtree, c.Network
	for _, class := range c.Class {
		key.Scope.Classes = append(key.Scope.Classes, geo.Class(class))
	}
	if err := checkWord("name", c.Name, false); err != nil {
		return key, "", err
	}
	days := usualDays
	switch {
	case c.Days != nil:
		days = *c.Days
	case key.Role == geo.RoleWall:
		days = 0
	}
	if c.Days != nil && (days < 1 || days > mostDays) {
		return key, "", geo.Errorf(geo.Invalid, "a key ends after 1 to %d days", mostDays).On("days", strconv.Itoa(days))
	}
	if days > 0 {
		key.Expires = now.Add(time.Duration(days) * 24 * time.Hour)
	}
	key.ID, secret, key.Hash = access.NewSecret()
	return key, secret, nil
}

// described is what a key is good for, in a line.
func described(c *geo.Credential) string {
	out := fmt.Sprintf("for the role %s in %s", c.Role, or(c.Scope.Subtree, "the whole city"))
	if c.Scope.Networks != nil {
		out += ", networks " + strings.Join(c.Scope.Networks, ", ")
	}
	out += ", sees " + access.SetOf(c.Sees()...).String()
	if c.Expires.IsZero() {
		return out + ", and never ends by itself"
	}
	return out + ", until " + day(c.Expires)
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

func day(at time.Time) string {
	if at.IsZero() {
		return "-"
	}
	return at.UTC().Format(time.DateOnly)
}

type keyList struct {
	storeFlag
	JSON bool `name:"json" help:"Print a JSON array."`
}

// Help shows examples.
func (keyList) Help() string {
	return "Examples:\n  geoapi key list --store sqlite:city.db\n  geoapi key list --store sqlite:city.db --json"
}

// Run lists the keys.
func (c *keyList) Run(ctx context.Context, t *server.Terminal) error {
	s, err := sqlite.OpenReader(ctx, string(c.Store))
	if err != nil {
		return err
	}
	defer s.Close()
	all, _, err := s.Credentials(ctx)
	if err != nil {
		return err
	}
	keys, sessions := []geo.Credential{}, map[string]int{}
	now := time.Now()
	for _, k := range all {
		switch {
		case k.Kind == geo.Key:
			keys = append(keys, k)
		case k.Holds(now):
			sessions[k.Of]++
		}
	}
	if c.JSON {
		e := json.NewEncoder(t.Out)
		e.SetIndent("", "  ")
		return e.Encode(keys)
	}
	if len(keys) == 0 {
		fmt.Fprintln(t.Err, "There are no keys.")
		return nil
	}
	return table(t.Out, keys, sessions, now)
}

func table(out io.Writer, keys []geo.Credential, sessions map[string]int, now time.Time) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tROLE\tNAME\tSUBTREE\tNETWORKS\tSEES\tRATE\tMADE\tENDS\tSESSIONS\tSTATE")
	for i := range keys {
		k := &keys[i]
		rate := "-"
		if k.Rate > 0 {
			rate = strconv.FormatFloat(k.Rate, 'g', -1, 64)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%d\t%s\n", k.ID, k.Role, or(k.Name, "-"), or(k.Scope.Subtree, "-"),
			or(strings.Join(k.Scope.Networks, ","), "-"), access.SetOf(k.Sees()...), rate, day(k.Created), day(k.Expires), sessions[k.ID], stateOf(k, now))
	}
	return w.Flush()
}

func stateOf(k *geo.Credential, now time.Time) string {
	switch {
	case !k.Revoked.IsZero():
		return "revoked " + day(k.Revoked)
	case !k.Holds(now):
		return "ended"
	}
	return "in force"
}

type keyRevoke struct {
	storeFlag
	IDs []string `arg:"" name:"id" help:"The keys' ids, as list shows them."`
}

// Help shows examples.
func (keyRevoke) Help() string {
	return "Examples:\n  geoapi key revoke --store sqlite:city.db dkq3mzr7ta"
}

// Run revokes the keys: none of them if one is not there.
func (c *keyRevoke) Run(ctx context.Context, t *server.Terminal) error {
	s, err := sqlite.OpenBeside(ctx, string(c.Store))
	if err != nil {
		return err
	}
	defer s.Close()
	all, _, err := s.Credentials(ctx)
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, k := range all {
		known[k.ID] = true
	}
	ids := make([]string, len(c.IDs))
	for i, id := range c.IDs {
		if ids[i] = idOf(id); !known[ids[i]] {
			return geo.Errorf(geo.NotFound, "there is no key %q; nothing was revoked", ids[i]).On("id", ids[i])
		}
	}
	for _, id := range ids {
		if err := s.RevokeCredential(ctx, local, id); err != nil {
			return err
		}
		fmt.Fprintf(t.Out, "%s lets nobody in any more.\n", id)
	}
	return nil
}

// idOf takes the id out of a whole key, which somebody may have at hand instead:
// the rest of it has no business in messages.
func idOf(text string) string {
	if parts := strings.Split(text, "_"); len(parts) == 3 && parts[0] == "onegrid" {
		return parts[1]
	}
	return text
}
