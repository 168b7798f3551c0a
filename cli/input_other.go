//go:build !unix

package cli

import "io"

// awaited changes nothing here; see input_unix.go.
func awaited(in io.Reader, _ ...io.Writer) (io.Reader, func()) { return in, func() {} }
