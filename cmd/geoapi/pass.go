package main

import (
	"context"
	"time"

	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/sqlite"
)

// passLasts is for how long a command may take that hands its work to the server.
const passLasts = 12 * time.Hour

// openPass lets a command in at the server that has the store open: whoever may
// write the store's file may do everything, and needs no key for it. It is a
// session of this machine that end takes back; empty where there is no access
// control, which a first credential would begin.
func openPass(ctx context.Context, store string) (pass string, end func(), err error) {
	s, err := sqlite.OpenBeside(ctx, store)
	if err != nil {
		return "", nil, err
	}
	all, _, err := s.Credentials(ctx)
	if err != nil {
		s.Close()
		return "", nil, err
	}
	scheme, err := s.Scheme(ctx)
	if err != nil || len(all) == 0 && scheme.Tokens() == nil {
		s.Close()
		return "", func() {}, err
	}
	c := geo.Credential{Kind: geo.Session, Of: local.ID, Role: geo.RoleAdmin, Expires: time.Now().Add(passLasts)}
	c.ID, pass, c.Hash = access.NewSecret()
	if err := s.AddCredential(ctx, local, c); err != nil {
		s.Close()
		return "", nil, err
	}
	return pass, func() {
		s.RevokeCredential(context.WithoutCancel(ctx), local, c.ID) // it ends by itself, too
		s.Close()
	}, nil
}
