// Package storetest is the contract that every store keeps: the same tests run
// on each, on the real thing.
package storetest
