package sqlite

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"onegrid/geo"
)

// lock keeps a second writer out: a file beside the store, locked by the kernel
// for as long as the process lives, so that a kill frees it. It holds the pid
// and the address of the holder's API, for those who have work to hand over.
type lock struct{ f *os.File }

// lockPath is beside the file itself, whatever links lead to it: there is one
// lock for a store, not one for each of its names.
func lockPath(path string) string {
	if file, err := filepath.EvalSymlinks(path); err == nil {
		path = file
	}
	return path + ".lock"
}

func takeLock(path string) (*lock, error) {
	f, err := os.OpenFile(lockPath(path), os.O_RDWR|os.O_CREATE, 0o644) // #nosec G302 -- who has the store is no secret
	if err != nil {
		return nil, fileError("lock", path, err)
	}
	if err := lockFile(f); err != nil {
		f.Close()
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fileError("lock", path, err)
		}
		pid, addr, _ := readLock(path)
		msg := fmt.Sprintf("%s is open for writing in process %d", path, pid)
		if addr != "" {
			msg += ", whose API listens on " + addr
		}
		return nil, geo.Errorf(geo.Conflict, "%s", msg).On("store", path)
	}
	l := &lock{f}
	if err := l.write(""); err != nil {
		l.release()
		return nil, err
	}
	return l, nil
}

// lockFile tries for a moment: Holder, asking in another process, has the lock
// for an instant.
func lockFile(f *os.File) error {
	for try := 0; ; try++ {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil || try == 5 || !errors.Is(err, syscall.EWOULDBLOCK) {
			return err
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// write tells who holds the lock.
func (l *lock) write(addr string) error {
	text := []byte(strconv.Itoa(os.Getpid()) + " " + addr + "\n")
	if _, err := l.f.WriteAt(text, 0); err != nil {
		return fileError("lock", l.f.Name(), err)
	}
	if err := l.f.Truncate(int64(len(text))); err != nil {
		return fileError("lock", l.f.Name(), err)
	}
	return nil
}

// release frees the lock. The file stays: removing it would let one process
// lock the removed file and another a new one.
func (l *lock) release() { l.f.Close() }

func readLock(path string) (pid int, addr string, err error) {
	text, err := os.ReadFile(lockPath(path))
	if err != nil {
		return 0, "", err
	}
	line, _, _ := strings.Cut(string(text), "\n") // what follows is of a longer one before
	first, second, _ := strings.Cut(line, " ")
	pid, err = strconv.Atoi(first)
	return pid, second, err
}

// Holder tells which process has the store at path open for writing, and the
// loopback address of its API, empty until it is known.
func Holder(path string) (pid int, addr string, ok bool) {
	f, err := os.Open(lockPath(path))
	if err != nil {
		return 0, "", false
	}
	defer f.Close()
	if syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB) == nil {
		return 0, "", false // nobody writes; closing frees it again
	}
	pid, addr, err = readLock(path)
	return pid, addr, err == nil
}
