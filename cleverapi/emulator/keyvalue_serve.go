package emulator

import (
	"fmt"
	"net"
	"strings"

	"github.com/tidwall/redcon"
)

// KeyValue says where the Redis protocol is served, as the add-ons that speak it
// tell their users. The zero value tells of a service that nobody runs.
type KeyValue struct {
	Host string
	Port string
	TLS  bool
}

func (k KeyValue) or(other KeyValue) KeyValue {
	if k.Host == "" {
		return other
	}
	return k
}

func (k KeyValue) url(password string) string {
	scheme := "redis"
	if k.TLS {
		scheme = "rediss"
	}
	return scheme + "://:" + password + "@" + net.JoinHostPort(k.Host, k.Port)
}

// ServeKeyValue serves the Redis protocol until the listener is closed: what
// Redis and Materia KV add-ons hold. The password says which add-on is meant.
func (e *Emulator) ServeKeyValue(ln net.Listener) error {
	commands := keyCommands()
	return redcon.Serve(ln, func(conn redcon.Conn, cmd redcon.Command) {
		if len(cmd.Args) == 0 {
			return
		}
		args := make([]string, len(cmd.Args))
		for i, arg := range cmd.Args {
			args[i] = string(arg) // of a buffer that is used again
		}
		name := strings.ToLower(args[0])
		switch name {
		case "quit":
			conn.WriteString("OK")
			_ = conn.Close()
		case "auth":
			e.keyAuth(conn, args[1:])
		default:
			id, _ := conn.Context().(string)
			conn.WriteAny(simple(e.doKey(commands, id, name, args[1:])))
		}
	}, nil, nil)
}

// keyAuth chooses the add-on. A user name is taken and not looked at.
func (e *Emulator) keyAuth(conn redcon.Conn, args []string) {
	if len(args) == 0 || len(args) > 2 {
		conn.WriteError(wrongKeyArguments("auth").Error())
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, o := range e.state.owners {
		for _, a := range o.addons {
			if a.provider.ID != "redis-addon" && a.provider.ID != "kv" {
				continue
			}
			if password, _ := a.env().get("REDIS_PASSWORD"); password == args[len(args)-1] {
				conn.SetContext(a.id)
				conn.WriteString("OK")
				return
			}
		}
	}
	conn.WriteError("WRONGPASS invalid username-password pair or user is disabled.")
}

func (e *Emulator) doKey(commands map[string]keyCommand, id, name string, args []string) any {
	e.mu.Lock()
	defer e.mu.Unlock()
	var a *addon
	if id != "" {
		a = e.state.addon(id) // nil when it was deleted since
	}
	if a == nil {
		return errKeyAuth
	}
	cmd, ok := commands[name]
	if !ok {
		return fmt.Errorf("ERR unknown command '%.128s'", name)
	}
	if len(args) < cmd.min || cmd.max >= 0 && len(args) > cmd.max {
		return wrongKeyArguments(name)
	}
	if a.keys == nil {
		a.keys = keyspace{}
	}
	return cmd.run(&keyCall{a.keys, e.clock.Now(), args})
}

// simple makes integers of numbers, which redcon would write as text.
func simple(answer any) any {
	if n, ok := answer.(int); ok {
		return redcon.SimpleInt(n)
	}
	return answer
}

func wrongKeyArguments(name string) error {
	return fmt.Errorf("ERR wrong number of arguments for '%s' command", name)
}
