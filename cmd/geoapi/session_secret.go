package main

import (
	"fmt"
	"io"
	"os"
	"strings"
)

// oidcFlag is embedded in the command that signs in at an issuer.
type oidcFlag struct {
	OIDCSecretFile string `name:"oidc-secret-file" placeholder:"FILE" help:"File with the secret of the scheme's OpenID Connect client, for sign-in by pages; a client without one needs none. It is read once, and never logged."`
}

// maxSecret bounds the secret, in bytes.
const maxSecret = 4 << 10

// secret reads the client's secret; empty where there is no file.
func (f *oidcFlag) secret() (string, error) {
	if f.OIDCSecretFile == "" {
		return "", nil
	}
	file, err := os.Open(f.OIDCSecretFile)
	if err != nil {
		return "", fmt.Errorf("--oidc-secret-file: %w", err)
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxSecret+1))
	secret := strings.TrimRight(string(text), "\r\n")
	switch {
	case err != nil:
		return "", fmt.Errorf("--oidc-secret-file: %w", err)
	case secret == "":
		return "", fmt.Errorf("--oidc-secret-file %s: it is empty", f.OIDCSecretFile)
	case len(text) > maxSecret || strings.ContainsFunc(secret, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return "", fmt.Errorf("--oidc-secret-file %s: want one line of at most %d bytes", f.OIDCSecretFile, maxSecret)
	}
	return secret, nil
}
