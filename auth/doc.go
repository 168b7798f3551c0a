// Package auth knows the credentials of Clever Cloud: where they come from, how
// a request is signed with them, and the only origins they may go to.
//
// Its one idea is that a credential travels with its origins. A [Store] reads
// both together, from the environment or from the file of the clever command
// line; a [Transport] signs with the one and compares every request with the
// other before a signature exists.
//
// It refuses to follow redirects, to retry, to log, and to speak plain HTTP to
// anything but loopback. It knows no operation of the API except the few that
// signing in consists of.
package auth
