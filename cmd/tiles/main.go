// Command tiles serves vector tiles, styles, pages and live events.
package main

func main() {}
