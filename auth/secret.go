package auth

import (
	"fmt"
	"io"
	"log/slog"
)

const hidden = "[hidden]"

// Secret holds a token, a key or a password. However it is printed, encoded or
// logged it reads "[hidden]"; only code that writes a header calls Reveal.
//
// The value is behind a pointer because fmt calls no methods on unexported
// fields: of a struct that holds a Secret privately it prints an address.
type Secret struct{ value *string }

// NewSecret returns s as a Secret. The empty string gives the zero Secret.
func NewSecret(s string) Secret {
	if s == "" {
		return Secret{}
	}
	return Secret{&s}
}

// Reveal returns the value itself.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// IsZero reports whether there is no value.
func (s Secret) IsZero() bool { return s.value == nil }

// Equal reports whether both hold the same value. The operator == does not: it
// compares where the values are.
func (s Secret) Equal(other Secret) bool { return s.Reveal() == other.Reveal() }

func (Secret) String() string               { return hidden }
func (Secret) GoString() string             { return hidden }
func (Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }
func (Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + hidden + `"`), nil }
func (Secret) LogValue() slog.Value         { return slog.StringValue(hidden) }

// Format covers the verbs that String does not, such as %x and %d.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }
