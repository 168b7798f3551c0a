package tools

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// ConfirmMode says how a person agrees to a destroying call.
type ConfirmMode string

const (
	// ConfirmAny asks the person through the client when it can, and otherwise
	// hands out a handle that the assistant may send back after showing the plan.
	ConfirmAny ConfirmMode = "any"
	// ConfirmElicit refuses where the client cannot ask its user.
	ConfirmElicit ConfirmMode = "elicit"
)

const confirmFor = 5 * time.Minute

// Plan says what a destroying call will do, from facts read just before.
type Plan struct {
	Action string   // "delete the application"
	Kind   string   // "application"
	Name   string   // what the person types to agree
	ID     string   // immutable; the plan is void when it is another one
	Losses []string // what will be lost, one sentence each
	// Basis are the facts that Losses came from, such as the IDs of dependents: when
	// they are others, the plan is void. Ages and prices are not among them.
	Basis []string
}

// basis is a fingerprint of the facts, in whatever order they came.
func (p Plan) basis() string {
	h := sha256.Sum256([]byte(strings.Join(slices.Sorted(slices.Values(p.Basis)), "\x00")))
	return hex.EncodeToString(h[:8])
}

type confirmationNeeded struct{ plan Plan }

func (e *confirmationNeeded) Error() string { return "confirmation needed: " + e.plan.Action }

// ConfirmPlan returns nil when a person agreed to exactly this plan of exactly
// this call. Otherwise it returns an error which the tool returns unchanged: the
// Runner makes the question of it. The tool reads the object before each try, so
// a plan whose object changed in between does not match.
func (c *Call) ConfirmPlan(plan Plan) error {
	handle, typed := c.confirm, ""
	if a := c.Caller.Answer; a != nil {
		if a.Action != "accept" {
			return refusedByPerson(plan, a.Action)
		}
		handle, typed = a.State, a.Text
	}
	if handle == "" {
		return &confirmationNeeded{plan}
	}
	sealed, err := c.Confirm.open(handle, c.Now())
	if err != nil {
		return err
	}
	switch {
	case sealed.Digest != c.id() || sealed.Caller != c.Caller.ID:
		return badArgument("This confirmation belongs to another call. Repeat the call without it to get a new plan.")
	case sealed.Object != plan.ID || sealed.Name != plan.Name:
		return badArgument("The %s changed since the plan was made (now %q, %s): nothing was done. Repeat the call without confirm to see a new plan.", plan.Kind, plan.Name, plan.ID)
	case sealed.Basis != plan.basis():
		return badArgument("What the plan said of the %s %q (%s) is not so any more: nothing was done. Repeat the call without confirm to see a new plan.", plan.Kind, plan.Name, plan.ID)
	case c.Caller.Answer != nil && !sealed.Asked, c.Caller.Answer == nil && sealed.Asked:
		return badArgument("This confirmation was meant to be given another way. Repeat the call without it to get a new plan.")
	case sealed.Asked && strings.TrimSpace(typed) != plan.Name:
		return badArgument("The name that was typed is not %q: nothing was done. Repeat the call to ask again.", plan.Name)
	}
	return c.Confirm.spend(sealed)
}

func refusedByPerson(plan Plan, action string) error {
	if action == "decline" {
		return badArgument("The answer to the question was no: nothing was done. Do not try to %s another way.", plan.Action)
	}
	return badArgument("The question was closed without an answer: nothing was done. Ask the user before calling again.")
}

// askFor makes the question of a plan: through the client when it can ask its
// user, with a handle for the assistant otherwise.
func (r *Runner) askFor(c *Call, need *confirmationNeeded) Result {
	plan := need.plan
	asked := c.Caller.Elicit
	if !asked && c.Settings.ConfirmMode == ConfirmElicit {
		return failed(c.Hide.Text(fmt.Sprintf("This would %s, and this server wants a person to agree to that in a form, which this client cannot show. Nothing was done.\nNext: use a client that supports elicitation, the console, or the clever CLI.", plan.Action)))
	}
	handle := c.Confirm.seal(sealed{Digest: c.id(), Caller: c.Caller.ID, Object: plan.ID, Name: plan.Name, Basis: plan.basis(), Asked: asked, Until: c.Now().Add(confirmFor).Unix()})
	var b strings.Builder
	if c.profile != "" {
		fmt.Fprintf(&b, "In profile %s. ", c.profile)
	}
	fmt.Fprintf(&b, "Nothing was done yet. This would %s: %s %q (%s).\n", plan.Action, plan.Kind, plan.Name, plan.ID)
	for _, loss := range plan.Losses {
		fmt.Fprintf(&b, "- %s\n", loss)
	}
	if asked {
		return Result{Text: c.Hide.Text(b.String()), Ask: &Question{
			Message: c.Hide.Text(b.String()) + "Type the name to go on.", Field: "name", Label: "Name of the " + plan.Kind, State: handle,
		}}
	}
	if c.Settings.OneShot {
		// A handle is good in this process only, which ends now.
		b.WriteString("Next: run the same at a terminal, and type the name when it is asked for.")
		return Result{Text: c.Hide.Text(b.String()), IsError: true}
	}
	fmt.Fprintf(&b, "Show this plan to the user. Only if the user agrees, repeat the same call with confirm set to the handle below; it is good once, for five minutes.\n")
	return Result{Text: c.Hide.Text(b.String()) + "confirm: " + handle, IsError: true}
}

// id identifies the call by its digest.
func (c *Call) id() string {
	if c.digest == "" {
		c.digest, _ = digest(c.tool.Name, c.args)
	}
	return c.digest
}

// digest identifies a call: its tool and its arguments but for the handle.
func digest(tool string, args json.RawMessage) (sum, confirm string) {
	var m map[string]json.RawMessage
	if json.Unmarshal(args, &m) == nil {
		if raw, ok := m["confirm"]; ok {
			_ = json.Unmarshal(raw, &confirm)
			delete(m, "confirm")
		}
		args, _ = json.Marshal(m) // keys sorted
	}
	h := sha256.Sum256(append([]byte(tool+"\x00"), args...))
	return hex.EncodeToString(h[:]), confirm
}

// Sealer makes handles that only this process can make and read, good once. Its
// key lives as long as the process: a restart voids every handle.
type Sealer struct {
	aead  cipher.AEAD
	mu    sync.Mutex
	spent map[string]int64 // nonce to the end of its life
}

type sealed struct {
	Digest, Caller, Object, Name, Basis string
	Asked                               bool // through the client's form, with the name typed
	Until                               int64
	nonce                               string
}

// NewSealer draws a fresh key.
func NewSealer() *Sealer {
	key := make([]byte, 32)
	rand.Read(key)
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // 32 bytes is a key size of AES
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err) // AES has the block size that GCM needs
	}
	return &Sealer{aead: aead, spent: map[string]int64{}}
}

func (s *Sealer) seal(v sealed) string {
	nonce := make([]byte, s.aead.NonceSize())
	rand.Read(nonce)
	plain, _ := json.Marshal(v) // strings, a bool and a number
	return base64.RawURLEncoding.EncodeToString(s.aead.Seal(nonce, nonce, plain, nil))
}

func (s *Sealer) open(handle string, now time.Time) (sealed, error) {
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimSpace(handle))
	n := s.aead.NonceSize()
	if err != nil || len(raw) < n {
		return sealed{}, errHandle
	}
	plain, err := s.aead.Open(nil, raw[:n], raw[n:], nil)
	if err != nil {
		return sealed{}, errHandle
	}
	var v sealed
	if err := json.Unmarshal(plain, &v); err != nil {
		return sealed{}, errHandle
	}
	if now.Unix() > v.Until {
		return sealed{}, badArgument("This confirmation is older than five minutes. Repeat the call without it to get a new plan.")
	}
	v.nonce = string(raw[:n])
	return v, nil
}

var errHandle = &ArgumentError{"This confirmation was not made by this server process. Repeat the call without it to get a plan."}

// spend marks a handle as used and forgets the ones that ran out.
func (s *Sealer) spend(v sealed) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, used := s.spent[v.nonce]; used {
		return badArgument("This confirmation was used already. Repeat the call without it to get a new plan.")
	}
	for nonce, until := range s.spent {
		if until < v.Until-int64(2*confirmFor/time.Second) {
			delete(s.spent, nonce)
		}
	}
	s.spent[v.nonce] = v.Until
	return nil
}

// newReference names an incident so that it can be found in the log.
func newReference() string {
	b := make([]byte, 6)
	rand.Read(b)
	return hex.EncodeToString(b)
}
