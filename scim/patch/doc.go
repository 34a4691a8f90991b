// Package patch applies PATCH operations (RFC 7644 §3.5.2) to a resource in memory, and reads the looser forms that
// large clients send. It is not for storing what comes of it.
package patch
