package coverage

import "sync"

// once is a value that is found when it is first asked for.
type once[T any] struct {
	once  sync.Once
	value T
}

// do returns the value, which find finds the first time.
func (o *once[T]) do(find func() T) T {
	o.once.Do(func() { o.value = find() })
	return o.value
}
