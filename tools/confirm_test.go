package tools

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"clever-mcp/cleverapi/catalogue"
)

// confirming returns a call that repeats one with the handle it was given.
func confirming(seal *Sealer, digest, handle string, caller Caller) *Call {
	return &Call{Deps: &Deps{Confirm: seal, Now: time.Now, Hide: NewHider()}, Caller: caller, digest: digest, confirm: handle}
}

var testPlan = Plan{Action: "delete", Kind: "application", Name: "api", ID: "app_1"}

// handleFor makes the handle of a plan, as a model or a form gets it.
func handleFor(t *testing.T, c *Call, plan Plan) string {
	t.Helper()
	var need *confirmationNeeded
	if err := c.ConfirmPlan(plan); !errors.As(err, &need) {
		t.Fatalf("a first call comes to %v", err)
	}
	res := (&Runner{}).askFor(c, need)
	if res.Ask != nil {
		return res.Ask.State
	}
	_, handle, ok := strings.Cut(res.Text, "confirm: ")
	if !ok || !res.IsError {
		t.Fatalf("the plan is %+v", res)
	}
	return handle
}

func TestConfirmHandle(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		seal := NewSealer()
		handle := handleFor(t, confirming(seal, "d", "", Caller{ID: "a"}), testPlan)
		refused := func(name string, c *Call, plan Plan) {
			t.Helper()
			var bad *ArgumentError
			if err := c.ConfirmPlan(plan); !errors.As(err, &bad) {
				t.Errorf("%s comes to %v", name, err)
			}
		}
		refused("another call", confirming(seal, "e", handle, Caller{ID: "a"}), testPlan)
		refused("another caller", confirming(seal, "d", handle, Caller{ID: "b"}), testPlan)
		refused("another process", confirming(NewSealer(), "d", handle, Caller{ID: "a"}), testPlan)
		refused("a renamed object", confirming(seal, "d", handle, Caller{ID: "a"}), Plan{Name: "prod", ID: "app_1"})
		refused("another object", confirming(seal, "d", handle, Caller{ID: "a"}), Plan{Name: "api", ID: "app_2"})
		refused("a changed handle", confirming(seal, "d", handle[:len(handle)-2]+"AA", Caller{ID: "a"}), testPlan)
		refused("nonsense", confirming(seal, "d", "yes", Caller{ID: "a"}), testPlan)
		refused("a handle given as a typed answer", confirming(seal, "d", "", Caller{ID: "a", Answer: &Answer{State: handle, Action: "accept", Text: "api"}}), testPlan)
		if err := confirming(seal, "d", handle, Caller{ID: "a"}).ConfirmPlan(testPlan); err != nil {
			t.Errorf("the right call is refused: %v", err)
		}
		refused("a second use", confirming(seal, "d", handle, Caller{ID: "a"}), testPlan)

		late := handleFor(t, confirming(seal, "d", "", Caller{ID: "a"}), testPlan)
		time.Sleep(confirmFor + time.Second)
		refused("an old handle", confirming(seal, "d", late, Caller{ID: "a"}), testPlan)
	})
}

func TestConfirmByTyping(t *testing.T) {
	t.Parallel()
	seal := NewSealer()
	who := Caller{ID: "a", Elicit: true}
	answer := func(action, text string) error {
		state := handleFor(t, confirming(seal, "d", "", who), testPlan)
		c := who
		c.Answer = &Answer{State: state, Action: action, Text: text}
		return confirming(seal, "d", "", c).ConfirmPlan(testPlan)
	}
	if err := answer("accept", " api "); err != nil {
		t.Errorf("the right name is refused: %v", err)
	}
	for _, a := range [][2]string{{"accept", "API"}, {"accept", ""}, {"decline", ""}, {"cancel", ""}, {"decline", "api"}, {"cancel", "api"}, {"", "api"}, {"accept", "yes"}} {
		if err := answer(a[0], a[1]); err == nil {
			t.Errorf("%v is taken for consent", a)
		}
	}
	state := handleFor(t, confirming(seal, "d", "", who), testPlan)
	if err := confirming(seal, "d", state, who).ConfirmPlan(testPlan); err == nil {
		t.Error("the state of a form is taken as a handle without anything typed")
	}
}

func TestDigest(t *testing.T) {
	t.Parallel()
	a, handle := digest("t", json.RawMessage(`{"b":1,"a":"x","confirm":"h"}`))
	b, _ := digest("t", json.RawMessage(`{"a":"x","b":1}`))
	if a != b || handle != "h" {
		t.Errorf("digests of equal calls differ, handle %q", handle)
	}
	for _, other := range []string{`{"a":"x","b":2}`, `{"a":"x"}`, `{}`} {
		if c, _ := digest("t", json.RawMessage(other)); c == a {
			t.Errorf("%s has the same digest", other)
		}
	}
	if c, _ := digest("u", json.RawMessage(`{"a":"x","b":1}`)); c == a {
		t.Error("another tool has the same digest")
	}
}

// Nothing but what this process sealed opens, and it opens as it was sealed.
func FuzzSealer(f *testing.F) {
	seal := NewSealer()
	now := time.Unix(1_800_000_000, 0)
	f.Add("d", "caller", "app_1", "api", true, int64(60), 0, byte(0), "forged")
	f.Add("", "", "", "", false, int64(-1), 30, byte(1), "")
	f.Fuzz(func(t *testing.T, digest, caller, object, name string, asked bool, life int64, at int, flip byte, forged string) {
		for _, s := range []*string{&digest, &caller, &object, &name} {
			*s = strings.ToValidUTF8(*s, "?") // as JSON has them
		}
		life %= 1000
		want := sealed{Digest: digest, Caller: caller, Object: object, Name: name, Asked: asked, Until: now.Unix() + life}
		handle := seal.seal(want)
		got, err := seal.open(handle, now)
		got.nonce = ""
		switch {
		case life < 0 && err == nil:
			t.Fatalf("a handle opens after its end")
		case life >= 0 && (err != nil || got != want):
			t.Fatalf("%+v opens as %+v, %v", want, got, err)
		}
		if _, err := NewSealer().open(handle, now); err == nil {
			t.Fatal("another process opens the handle")
		}
		if _, err := seal.open(forged, now); err == nil {
			t.Fatalf("%q opens", forged)
		}
		raw, err := base64.RawURLEncoding.DecodeString(handle)
		if err != nil || flip == 0 {
			return
		}
		raw[uint(at)%uint(len(raw))] ^= flip
		if _, err := seal.open(base64.RawURLEncoding.EncodeToString(raw), now); err == nil {
			t.Fatal("a changed handle opens")
		}
	})
}

// The one thing that a form asks a person to type is a name, whichever tool asks.
func TestFormsAskForNamesOnly(t *testing.T) {
	t.Parallel()
	asked := 0
	for _, tool := range All() {
		spec := tool.Spec()
		if spec.Effect == catalogue.Reads {
			continue
		}
		w := newWorld(t, worldOptions{Speed: 1000, Password: new(string), MFACode: ""})
		args := callOf(t, spec.Name)
		if spec.Name == "raw_request" {
			args = json.RawMessage(`{"method":"DELETE","path":"/v2/nobody/knows"}`)
		}
		res := w.runner.Call(t.Context(), spec.Name, args, Caller{ID: "a", Elicit: true})
		if res.Ask == nil {
			continue
		}
		asked++
		if res.Ask.Field != "name" || res.Ask.URL != "" || !strings.HasPrefix(res.Ask.Label, "Name of the ") {
			t.Errorf("%s asks for %q, %q", spec.Name, res.Ask.Field, res.Ask.Label)
		}
	}
	if asked < 4 {
		t.Errorf("only %d tools asked", asked)
	}
}

// A process that ends with its call hands out no handle, which would be good for
// nobody: it says where the name can be typed.
func TestPlanOfOneShotHasNoHandle(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	w.deps.Settings.OneShot = true
	res := w.runner.Call(t.Context(), "delete_app", json.RawMessage(`{"app":"docs"}`), Caller{ID: "terminal"})
	if !res.IsError || strings.Contains(res.Text, "confirm") || !strings.HasSuffix(res.Text, "Next: run the same at a terminal, and type the name when it is asked for.") {
		t.Errorf("the plan is %s", res.Text)
	}
}
