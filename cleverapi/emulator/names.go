package emulator

import "strconv"

// displayName gives an instance the kind of name that people remember.
func displayName(id string) string {
	adjectives := [...]string{"Brave", "Calm", "Clever", "Eager", "Gentle", "Happy", "Keen", "Lively", "Mighty", "Nimble", "Proud", "Quick", "Quiet", "Sharp", "Sunny", "Witty"}
	animals := [...]string{"Badger", "Curlew", "Dolphin", "Egret", "Falcon", "Gecko", "Heron", "Ibex", "Jackdaw", "Kestrel", "Lynx", "Marmot", "Otter", "Puffin", "Seal", "Wren"}
	return adjectives[number(len(adjectives), "adjective", id)] + " " + animals[number(len(animals), "animal", id)]
}

// digits is a byte of an address.
func digits(at int, id string) string {
	return strconv.Itoa(1 + number(254, "address", strconv.Itoa(at), id))
}

// grouped writes 1152 as "1 152".
func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + " " + s[i:]
	}
	return s
}
