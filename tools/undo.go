package tools

import (
	"crypto/rand"
	"slices"
	"strings"
	"sync"

	"clever-mcp/schemas"
)

// undo writes the call that takes back what this one did: the name of a tool and
// its arguments as JSON, exactly as they are to be sent. It is "" when there is
// nothing to take back, or when the operator left that tool out.
func (c *Call) undo(tool string, args map[string]any) string {
	if len(args) == 0 || slices.Contains(c.Settings.Off, tool) {
		return ""
	}
	if c.profile != "" {
		args[profileName] = c.profile
	}
	raw, err := schemas.Compact(args)
	if err != nil {
		return ""
	}
	return tool + " " + string(raw)
}

// Old values of one environment, kept so that a change can be taken back without
// anybody seeing them.
type kept struct {
	caller, app string
	values      map[string]string
	size        int
}

const (
	// maxKept bounds what is kept: changes, and bytes of values in all of them.
	maxKept     = 1000
	maxKeptSize = 16 << 20
)

// keeper holds old values as long as the process lives. What is too much makes
// the oldest go.
type keeper struct {
	mu      sync.Mutex
	changes map[string]kept
	order   []string // handles, oldest first
	size    int
}

func newKeeper() *keeper { return &keeper{changes: map[string]kept{}} }

// keep returns the handle of what was put away.
func (k *keeper) keep(v kept) string {
	for name, value := range v.values {
		v.size += len(name) + len(value)
	}
	if v.size > maxKeptSize {
		return ""
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	handle := strings.ToLower(rand.Text())
	k.changes[handle] = v
	k.order = append(k.order, handle)
	for k.size += v.size; k.size > maxKeptSize || len(k.order) > maxKept; k.order = k.order[1:] {
		k.size -= k.changes[k.order[0]].size
		delete(k.changes, k.order[0])
	}
	return handle
}

// value returns an old value to the caller and the application that it was of,
// and to nobody else.
func (k *keeper) value(handle, caller, app, name string) (string, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	v, ok := k.changes[handle]
	if !ok || v.caller != caller || v.app != app {
		return "", false
	}
	value, ok := v.values[name]
	return value, ok
}
