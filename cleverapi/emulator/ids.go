package emulator

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"strings"
)

// digest is the source of everything that looks random: the same names give the
// same ids and secrets in each run.
func digest(parts ...string) [32]byte {
	return sha256.Sum256([]byte(strings.Join(parts, "\x00")))
}

// uuid returns a version 4 UUID made of parts.
func uuid(parts ...string) string {
	b := digest(append([]string{"uuid"}, parts...)...)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b[:16])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// ulid returns 26 characters of Crockford's alphabet made of parts. The first
// stays below 8, as the largest ULID asks.
func ulid(parts ...string) string {
	const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	b := digest(append([]string{"ulid"}, parts...)...)
	out := make([]byte, 26)
	for i := range out {
		out[i] = alphabet[b[i]&31]
	}
	out[0] = alphabet[b[0]&7]
	return string(out)
}

// letters returns n letters and digits made of parts.
func letters(n int, parts ...string) string {
	s := make([]byte, 0, n+43)
	for i := 0; len(s) < n; i++ {
		b := digest(append([]string{"letters", strconv.Itoa(i)}, parts...)...)
		for _, c := range []byte(base64.RawURLEncoding.EncodeToString(b[:])) {
			if c != '-' && c != '_' {
				s = append(s, c)
			}
		}
	}
	return string(s[:n])
}

// hexDigits returns n hexadecimal digits made of parts, at most 64.
func hexDigits(n int, parts ...string) string {
	b := digest(append([]string{"hex"}, parts...)...)
	return hex.EncodeToString(b[:])[:n]
}

// number returns a number below n made of parts.
func number(n int, parts ...string) int {
	b := digest(append([]string{"number"}, parts...)...)
	return (int(b[0])<<16 | int(b[1])<<8 | int(b[2])) % n
}
