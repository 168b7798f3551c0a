//go:build !unix

package cli

import "io/fs"

// Elsewhere the mode says nothing; the access lists of the folder do.
func othersCanChange(fs.FileInfo) bool { return false }
func isOurs(fs.FileInfo) bool          { return true }

const noFollow = 0

const noWait = 0
const privateModes = false
