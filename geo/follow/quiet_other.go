//go:build !linux

package follow

// lowerThread does nothing where priorities are a whole process's.
func lowerThread() {}
