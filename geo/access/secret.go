package access

import (
	"crypto/rand"
	"crypto/sha256"
	"strings"
)

// NewSecret makes the secret of a key or a session: its public id, the text that
// the caller sends, and the hash that is kept of it. The prefix tells people and
// scanners of leaked secrets what they found.
func NewSecret() (id, text string, hash [32]byte) {
	id = strings.ToLower(rand.Text()[:10])
	text = secretPrefix + id + "_" + strings.ToLower(rand.Text()+rand.Text())
	return id, text, Hash(text)
}

const secretPrefix = "onegrid_"

// Hash is what is kept of a secret. Secrets are random, so that it needs neither
// salt nor time.
func Hash(text string) [32]byte {
	var room [128]byte // more than a secret takes: each request hashes one
	if len(text) > len(room) {
		return sha256.Sum256([]byte(text))
	}
	return sha256.Sum256(room[:copy(room[:], text)])
}
