// Command geoapi answers whose grid a place is in, and is the one writer of an
// embedded store.
package main

func main() {}
