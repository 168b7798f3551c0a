package emulator

import (
	"math"
	"strconv"
	"strings"
	"time"
)

func stringCommands() map[string]keyCommand {
	return map[string]keyCommand{
		"get":         {getString, 1, 1},
		"getdel":      {takeString, 1, 1},
		"getset":      {func(c *keyCall) any { return setString(&keyCall{c.keys, c.now, append(c.args, "GET")}) }, 2, 2},
		"set":         {setString, 2, -1},
		"setnx":       {setStringOnce, 2, 2},
		"setex":       {setStringFor("EX"), 3, 3},
		"psetex":      {setStringFor("PX"), 3, 3},
		"mget":        {getStrings, 1, -1},
		"mset":        {setStrings, 2, -1},
		"append":      {appendString, 2, 2},
		"strlen":      {lengthOfString, 1, 1},
		"incr":        {func(c *keyCall) any { return c.add(c.args[0], "1", 1) }, 1, 1},
		"decr":        {func(c *keyCall) any { return c.add(c.args[0], "1", -1) }, 1, 1},
		"incrby":      {func(c *keyCall) any { return c.add(c.args[0], c.args[1], 1) }, 2, 2},
		"decrby":      {func(c *keyCall) any { return c.add(c.args[0], c.args[1], -1) }, 2, 2},
		"incrbyfloat": {addFloat, 2, 2},
	}
}

func getString(c *keyCall) any {
	v, err := held(c, c.args[0], "")
	switch {
	case err != nil:
		return err
	case c.find(c.args[0]) == nil:
		return nil
	}
	return v
}

func takeString(c *keyCall) any {
	v := getString(c)
	if _, ok := v.(string); ok {
		delete(c.keys, c.args[0])
	}
	return v
}

// setString is SET with its options, in any order.
func setString(c *keyCall) any {
	var wanted, unwanted, keepTTL, answerOld bool
	var expires time.Time
	options := c.args[2:]
	for i := 0; i < len(options); i++ {
		switch option := strings.ToUpper(options[i]); option {
		case "NX":
			unwanted = true
		case "XX":
			wanted = true
		case "GET":
			answerOld = true
		case "KEEPTTL":
			keepTTL = true
		case "EX", "PX":
			i++
			unit := map[string]time.Duration{"EX": time.Second, "PX": time.Millisecond}[option]
			if i == len(options) || !expires.IsZero() {
				return errKeySyntax
			}
			n, err := strconv.ParseInt(options[i], 10, 64)
			if err != nil || n <= 0 || n > int64(maxExpiry/unit) {
				return errKeyInteger
			}
			expires = c.now.Add(time.Duration(n) * unit)
		default:
			return errKeySyntax
		}
	}
	if wanted && unwanted || keepTTL && !expires.IsZero() {
		return errKeySyntax
	}
	key, old := c.args[0], c.find(c.args[0])
	var answer any = keyOK
	if answerOld {
		if answer = getString(c); answer == errKeyType {
			return answer
		}
	}
	if unwanted && old != nil || wanted && old == nil {
		if answerOld {
			return answer
		}
		return nil
	}
	if keepTTL && old != nil {
		expires = old.expires
	}
	c.keys[key] = &keyed{c.args[1], expires}
	return answer
}

func setStringOnce(c *keyCall) any {
	if c.find(c.args[0]) != nil {
		return 0
	}
	c.keys[c.args[0]] = &keyed{value: c.args[1]}
	return 1
}

// setStringFor is SETEX and PSETEX, whose expiry comes before the value.
func setStringFor(unit string) func(c *keyCall) any {
	return func(c *keyCall) any {
		return setString(&keyCall{c.keys, c.now, []string{c.args[0], c.args[2], unit, c.args[1]}})
	}
}

func getStrings(c *keyCall) any {
	out := make([]any, len(c.args))
	for i, key := range c.args {
		if k := c.find(key); k != nil && kindOfKey(k) == "string" {
			out[i] = k.value
		}
	}
	return out
}

func setStrings(c *keyCall) any {
	if len(c.args)%2 != 0 {
		return wrongKeyArguments("mset")
	}
	for i := 0; i < len(c.args); i += 2 {
		c.keys[c.args[i]] = &keyed{value: c.args[i+1]}
	}
	return keyOK
}

func appendString(c *keyCall) any {
	v, err := held(c, c.args[0], "")
	if err != nil {
		return err
	}
	c.keep(c.args[0], v+c.args[1])
	return len(v) + len(c.args[1])
}

func lengthOfString(c *keyCall) any {
	v, err := held(c, c.args[0], "")
	if err != nil {
		return err
	}
	return len(v)
}

func (c *keyCall) add(key, by string, sign int64) any {
	v, err := held(c, key, "0")
	if err != nil {
		return err
	}
	sum, err := sumOf(v, by, sign)
	if err != nil {
		return err
	}
	c.keep(key, strconv.FormatInt(sum, 10))
	return int(sum)
}

func sumOf(text, by string, sign int64) (int64, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, errKeyInteger
	}
	m, err := strconv.ParseInt(by, 10, 64)
	if err != nil || m == math.MinInt64 {
		return 0, errKeyInteger
	}
	m *= sign
	if m > 0 && n > math.MaxInt64-m || m < 0 && n < math.MinInt64-m {
		return 0, errKeyInteger
	}
	return n + m, nil
}

func addFloat(c *keyCall) any {
	v, err := held(c, c.args[0], "0")
	if err != nil {
		return err
	}
	n, err := strconv.ParseFloat(v, 64)
	m, err2 := strconv.ParseFloat(c.args[1], 64)
	if err != nil || err2 != nil || math.IsInf(n+m, 0) || math.IsNaN(n+m) {
		return errKeyFloat
	}
	text := strconv.FormatFloat(n+m, 'f', -1, 64)
	c.keep(c.args[0], text)
	return text
}
