// Package access tells who a caller is and what that caller may do and see.
//
// A request carries a key, a session's cookie or a token of OpenID Connect. The
// Directory, which follows the store, makes a Caller of it; the Right of the
// route says whether that caller may call it at all; and a View of the world says
// what of it that caller may see: one filter for lookups, features, events,
// searches, exports and tiles.
//
//	request -> Directory.Identify -> Caller -> Right.Admits -> handler
//	                                   |                         |
//	                                   +-- On(world) -> View ----+
//
// What is written is judged once more within the writing transaction, by
// Caller.Actor's May: between the handler's look and the write the world may have
// changed.
package access
