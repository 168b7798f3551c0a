package emulator

import (
	"maps"
	"slices"
	"strconv"
)

func hashCommands() map[string]keyCommand {
	return map[string]keyCommand{
		"hset":    {setHash, 3, -1},
		"hget":    {getHash, 2, 2},
		"hmget":   {getManyOfHash, 2, -1},
		"hgetall": {ofHash(func(h map[string]string) any { return pairsOf(h) }), 1, 1},
		"hkeys":   {ofHash(func(h map[string]string) any { return slices.Sorted(maps.Keys(h)) }), 1, 1},
		"hvals":   {ofHash(valuesOf), 1, 1},
		"hlen":    {ofHash(func(h map[string]string) any { return len(h) }), 1, 1},
		"hexists": {hashHas, 2, 2},
		"hdel":    {deleteFromHash, 2, -1},
		"hincrby": {addInHash, 3, 3},
	}
}

func setHash(c *keyCall) any {
	if len(c.args)%2 == 0 {
		return wrongKeyArguments("hset")
	}
	h, err := held(c, c.args[0], map[string]string{})
	if err != nil {
		return err
	}
	before := len(h)
	for i := 1; i < len(c.args); i += 2 {
		h[c.args[i]] = c.args[i+1]
	}
	c.keep(c.args[0], h)
	return len(h) - before
}

// ofHash answers from a whole hash; one that does not exist is empty.
func ofHash(answer func(h map[string]string) any) func(c *keyCall) any {
	return func(c *keyCall) any {
		h, err := held(c, c.args[0], map[string]string{})
		if err != nil {
			return err
		}
		return answer(h)
	}
}

func pairsOf(h map[string]string) []string {
	out := []string{}
	for _, name := range slices.Sorted(maps.Keys(h)) {
		out = append(out, name, h[name])
	}
	return out
}

func valuesOf(h map[string]string) any {
	out := []string{}
	for _, name := range slices.Sorted(maps.Keys(h)) {
		out = append(out, h[name])
	}
	return out
}

func getHash(c *keyCall) any {
	return ofHash(func(h map[string]string) any {
		if v, ok := h[c.args[1]]; ok {
			return v
		}
		return nil
	})(c)
}

func getManyOfHash(c *keyCall) any {
	return ofHash(func(h map[string]string) any {
		out := make([]any, len(c.args)-1)
		for i, name := range c.args[1:] {
			if v, ok := h[name]; ok {
				out[i] = v
			}
		}
		return out
	})(c)
}

func hashHas(c *keyCall) any {
	return ofHash(func(h map[string]string) any {
		_, ok := h[c.args[1]]
		return oneOrZero(ok)
	})(c)
}

func deleteFromHash(c *keyCall) any {
	return ofHash(func(h map[string]string) any {
		before := len(h)
		for _, name := range c.args[1:] {
			delete(h, name)
		}
		c.dropEmpty(c.args[0], len(h))
		return before - len(h)
	})(c)
}

func addInHash(c *keyCall) any {
	h, err := held(c, c.args[0], map[string]string{})
	if err != nil {
		return err
	}
	old, ok := h[c.args[1]]
	if !ok {
		old = "0"
	}
	sum, err := sumOf(old, c.args[2], 1)
	if err != nil {
		return err
	}
	h[c.args[1]] = strconv.FormatInt(sum, 10)
	c.keep(c.args[0], h)
	return int(sum)
}

// dropEmpty removes a key whose last element went away: Redis keeps none empty.
func (c *keyCall) dropEmpty(key string, left int) {
	if left == 0 {
		delete(c.keys, key)
	}
}

func oneOrZero(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func listCommands() map[string]keyCommand {
	return map[string]keyCommand{
		"lpush":  {push(true), 2, -1},
		"rpush":  {push(false), 2, -1},
		"lpop":   {pop(true), 1, 2},
		"rpop":   {pop(false), 1, 2},
		"llen":   {ofList(func(_ *keyCall, l []string) any { return len(l) }), 1, 1},
		"lindex": {ofList(atIndex), 2, 2},
		"lrange": {ofList(between), 3, 3},
	}
}

func ofList(answer func(c *keyCall, l []string) any) func(c *keyCall) any {
	return func(c *keyCall) any {
		l, err := held(c, c.args[0], []string{})
		if err != nil {
			return err
		}
		return answer(c, l)
	}
}

func push(left bool) func(c *keyCall) any {
	return ofList(func(c *keyCall, l []string) any {
		more := slices.Clone(c.args[1:])
		if left {
			slices.Reverse(more)
			l = append(more, l...)
		} else {
			l = append(l, more...)
		}
		c.keep(c.args[0], l)
		return len(l)
	})
}

// pop takes one element, or with a count a list of them.
func pop(left bool) func(c *keyCall) any {
	return ofList(func(c *keyCall, l []string) any {
		n := 1
		if len(c.args) == 2 {
			var err error
			if n, err = strconv.Atoi(c.args[1]); err != nil || n < 0 {
				return errKeyPositive
			}
		}
		if len(l) == 0 {
			return nil
		}
		n = min(n, len(l))
		var taken []string
		if left {
			taken, l = slices.Clone(l[:n]), l[n:]
		} else {
			taken, l = slices.Clone(l[len(l)-n:]), l[:len(l)-n]
			slices.Reverse(taken)
		}
		c.keep(c.args[0], slices.Clone(l))
		c.dropEmpty(c.args[0], len(l))
		if len(c.args) == 1 {
			return taken[0]
		}
		return taken
	})
}

func atIndex(c *keyCall, l []string) any {
	i, err := strconv.Atoi(c.args[1])
	if err != nil {
		return errKeyInteger
	}
	if i < 0 {
		i += len(l)
	}
	if i < 0 || i >= len(l) {
		return nil
	}
	return l[i]
}

// between counts from the end what is negative, and includes both ends.
func between(c *keyCall, l []string) any {
	from, err := strconv.Atoi(c.args[1])
	to, err2 := strconv.Atoi(c.args[2])
	if err != nil || err2 != nil {
		return errKeyInteger
	}
	if from < 0 {
		from = max(from+len(l), 0)
	}
	if to < 0 {
		to += len(l)
	}
	to = min(to, len(l)-1)
	if from > to {
		return []string{}
	}
	return slices.Clone(l[from : to+1])
}

func setCommands() map[string]keyCommand {
	return map[string]keyCommand{
		"sadd":      {addToSet, 2, -1},
		"srem":      {removeFromSet, 2, -1},
		"scard":     {ofSet(func(_ *keyCall, s map[string]bool) any { return len(s) }), 1, 1},
		"smembers":  {ofSet(func(_ *keyCall, s map[string]bool) any { return slices.Sorted(maps.Keys(s)) }), 1, 1},
		"sismember": {ofSet(func(c *keyCall, s map[string]bool) any { return oneOrZero(s[c.args[1]]) }), 2, 2},
	}
}

func ofSet(answer func(c *keyCall, s map[string]bool) any) func(c *keyCall) any {
	return func(c *keyCall) any {
		s, err := held(c, c.args[0], map[string]bool{})
		if err != nil {
			return err
		}
		return answer(c, s)
	}
}

func addToSet(c *keyCall) any {
	return ofSet(func(c *keyCall, s map[string]bool) any {
		before := len(s)
		for _, each := range c.args[1:] {
			s[each] = true
		}
		c.keep(c.args[0], s)
		return len(s) - before
	})(c)
}

func removeFromSet(c *keyCall) any {
	return ofSet(func(c *keyCall, s map[string]bool) any {
		before := len(s)
		for _, each := range c.args[1:] {
			delete(s, each)
		}
		c.dropEmpty(c.args[0], len(s))
		return before - len(s)
	})(c)
}
