package follow

import "golang.org/x/sys/unix"

// niceness gives a quiet thread about a tenth of a core that others want too,
// and all of one that nobody wants: less, and a publication under full load
// would take minutes.
const niceness = 10

// lowerThread works on this thread alone: on Linux a thread has a priority of
// its own.
func lowerThread() {
	_ = unix.Setpriority(unix.PRIO_PROCESS, unix.Gettid(), niceness)
}
