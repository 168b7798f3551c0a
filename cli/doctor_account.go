package cli

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"clever-mcp/auth"
)

// account looks at the credential, the way to the two hosts, the clock, and at
// whether requests are accepted.
func (d *doctor) account(ctx context.Context) []finding {
	if d.s.emulated() {
		return []finding{{"credentials", fine, "the account is an emulated one, and nothing leaves the process", ""}}
	}
	c, err := d.store.Credential(ctx)
	found := []finding{d.credential(c, err, time.Now())}
	hosts := c.Hosts
	if err != nil {
		if hosts, err = d.store.Hosts(); err != nil {
			return found // the host is what is wrong
		}
	}
	for _, s := range c.Secrets() {
		d.hide.Learn(s.Reveal())
	}
	wire := d.p.wire()
	var api, bridge reply
	ways := waysOf(c)
	var all sync.WaitGroup
	all.Go(func() { api = askHost(ctx, wire, hosts.API, "/v4/products/zones") })
	all.Go(func() { bridge = askHost(ctx, wire, hosts.Bridge, "/v4/products/zones") })
	for _, w := range ways {
		for i := range w.checks {
			all.Go(func() { w.checks[i].try(ctx, w.credential, wire) })
		}
	}
	all.Wait()
	found = append(found, api.reached("API", hosts.API, c.Kind != auth.KindAPIToken), bridge.reached("bridge", hosts.Bridge, c.Kind == auth.KindAPIToken))
	clock := api
	if clock.date.IsZero() {
		clock = bridge
	}
	found = append(found, clock.clock())
	for _, w := range ways {
		found = append(found, d.accepted(w, clock.skew()))
	}
	return found
}

func (d *doctor) credential(c auth.Credential, err error, now time.Time) finding {
	f := finding{Subject: "credentials"}
	var file *auth.FileError
	switch {
	case errors.Is(err, auth.ErrSignedOut):
		f.Verdict, f.Says, f.Remedy = wrong, "nobody is signed in", "Run clever-mcp login, or set CLEVER_API_TOKEN. To try without an account: clever-mcp demo."
	case errors.As(err, &file):
		f.Verdict, f.Says, f.Remedy = wrong, file.Path+" "+file.Problem, file.Remedy
	case err != nil:
		f.Verdict, f.Says, f.Remedy = wrong, err.Error(), "Put it right, or sign in anew with clever-mcp login."
	default:
		kind := map[auth.Kind]string{auth.KindAPIToken: "an API token", auth.KindOAuth: "an OAuth 1 token"}[c.Kind]
		f.Verdict, f.Says = fine, fmt.Sprintf("%s from %s", kind, c.Source)
		if c.PairSource != "" {
			f.Says += ", and an OAuth 1 token from " + c.PairSource + " for what an API token may not do"
		}
		left := c.Expires.Sub(now)
		switch {
		case c.Expires.IsZero():
			f.Says += "; when it ends is not known"
		case left <= 0:
			f.Verdict, f.Remedy = wrong, renewal(c)
			f.Says += fmt.Sprintf("; it ended on %s", c.Expires.Local().Format(time.DateOnly))
		default:
			f.Says += fmt.Sprintf("; until %s", c.Expires.Local().Format(time.DateOnly))
			if left < 14*24*time.Hour {
				f.Verdict, f.Remedy = doubt, renewal(c)
				f.Says += ", soon"
			}
		}
	}
	return f
}

// renewal is how one gets another credential in place of this one.
func renewal(c auth.Credential) string {
	switch {
	case c.Profile != "":
		return "Run clever-mcp login --profile " + visible(c.Profile) + "."
	case c.Kind == auth.KindAPIToken:
		return "Make a new token with clever-mcp token create and set CLEVER_API_TOKEN to it, or unset it and run clever-mcp login."
	}
	return "Set the variables to a token that is good, or unset them and run clever-mcp login."
}

// reply is what came back from a host.
type reply struct {
	status int
	date   time.Time // what the host takes for now; zero: it did not say
	at     time.Time // what this machine took for now then
	took   time.Duration
	err    error
}

// maxReply is as much of an answer as is read to have its connection back.
const maxReply = 1 << 20

func askHost(ctx context.Context, wire http.RoundTripper, base *url.URL, path string) reply {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(base.String(), "/")+path, nil)
	if err != nil {
		return reply{err: err}
	}
	req.Header.Set("User-Agent", "clever-mcp/"+version())
	start := time.Now()
	resp, err := wire.RoundTrip(req)
	if err != nil {
		return reply{err: err}
	}
	defer resp.Body.Close()
	r := reply{status: resp.StatusCode, at: time.Now(), took: time.Since(start)}
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, maxReply))
	if date, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		r.date = date
	}
	return r
}

// reached says whether a host answers. One that the credential does not need is
// needed for tokens only.
func (r reply) reached(name string, base *url.URL, needed bool) finding {
	f := finding{Subject: name, Verdict: fine}
	switch {
	case r.err != nil:
		f.Verdict = wrong
		f.Says, f.Remedy = unreachable(base, r.err)
	case r.status >= 500:
		f.Verdict, f.Says, f.Remedy = wrong, fmt.Sprintf("%s answers %d", base.Host, r.status), "Look at https://www.clevercloudstatus.com and try again later."
	default:
		f.Says = fmt.Sprintf("%s answers in %d ms", base.Host, r.took.Milliseconds())
	}
	if f.Verdict == wrong && !needed {
		f.Verdict = doubt
	}
	return f
}

// unreachable says in words why there was no answer.
func unreachable(base *url.URL, err error) (says, remedy string) {
	var dns *net.DNSError
	var authority x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	var name x509.HostnameError
	host := base.Host
	switch {
	case errors.As(err, &authority), errors.As(err, &name):
		return host + " shows a certificate that nobody here vouches for", "A proxy that looks into connections has to be trusted by the system: install its certificate there."
	case errors.As(err, &invalid):
		return host + " shows a certificate that is not valid now", "Set the clock of this machine right."
	case errors.Is(err, context.DeadlineExceeded), isTimeout(err):
		return host + " did not answer in time", "Check the network. Behind a proxy set HTTPS_PROXY, also for the client that starts this program."
	case errors.As(err, &dns):
		return "the address of " + host + " was not found", "Check the network and the DNS. Behind a proxy set HTTPS_PROXY, also for the client that starts this program."
	}
	return fmt.Sprintf("%s cannot be reached: %v", host, err), "Check the network. Behind a proxy set HTTPS_PROXY, also for the client that starts this program."
}

func isTimeout(err error) bool {
	var slow net.Error
	return errors.As(err, &slow) && slow.Timeout()
}

// skew is how far this machine is ahead; the Date of an answer counts whole
// seconds.
func (r reply) skew() time.Duration {
	if r.date.IsZero() {
		return 0
	}
	skew := r.at.Add(-r.took / 2).Sub(r.date.Add(500 * time.Millisecond))
	if skew.Abs() <= 2*time.Second {
		return 0
	}
	return skew.Round(time.Second)
}

// Signatures carry the time. Servers of OAuth 1 usually take five minutes.
const (
	muchSkew = 5 * time.Minute
	someSkew = 30 * time.Second
)

func (r reply) clock() finding {
	f := finding{Subject: "clock", Verdict: fine, Says: "it agrees with Clever Cloud's"}
	skew := r.skew()
	way := "ahead of"
	if skew < 0 {
		way = "behind"
	}
	if r.date.IsZero() {
		return finding{"clock", skipped, "Clever Cloud did not say what time it is", ""}
	}
	if skew != 0 {
		f.Says = fmt.Sprintf("it is %s %s Clever Cloud's", skew.Abs(), way)
	}
	switch {
	case skew.Abs() >= muchSkew:
		f.Verdict, f.Remedy = wrong, "Set the clock: signatures carry the time, and one that is far off is refused."
	case skew.Abs() >= someSkew:
		f.Verdict, f.Remedy = doubt, "Let the system set the clock by the network."
	}
	return f
}

// check is one way to authorise a request, tried.
type check struct {
	method auth.Method // "": a bearer
	reply  reply
}

// way is one half of a credential: its API token, or its OAuth 1 pair.
type way struct {
	credential auth.Credential
	checks     []check
}

// waysOf are the halves that a credential has.
func waysOf(c auth.Credential) []way {
	var all []way
	if !c.APIToken.IsZero() {
		all = append(all, way{c, make([]check, 1)})
	}
	if c.HasOAuth() {
		c.Kind, c.APIToken, c.Source = auth.KindOAuth, auth.Secret{}, cmp.Or(c.PairSource, c.Source)
		all = append(all, way{c, []check{{method: auth.HMACSHA512}, {method: auth.HMACSHA1}, {method: auth.Plaintext}}})
	}
	return all
}

func (k *check) try(ctx context.Context, c auth.Credential, wire http.RoundTripper) {
	k.reply = askHost(ctx, auth.NewTransport(c, k.method, wire), c.Base(), "/v2/self")
}

// accepted says which ways were taken, and what that means for the one that is
// used.
func (d *doctor) accepted(w way, skew time.Duration) finding {
	c, checks := w.credential, w.checks
	f := finding{Subject: "signature", Verdict: fine}
	if c.Kind == auth.KindAPIToken {
		f.Subject = "token"
	}
	good, refused := map[auth.Method]bool{}, 0
	var names []string
	for _, k := range checks {
		switch {
		case k.reply.err == nil && k.reply.status/100 == 2:
			good[k.method] = true
			names = append(names, string(k.method))
		case k.reply.err == nil && (k.reply.status == http.StatusUnauthorized || k.reply.status == http.StatusForbidden):
			refused++
		}
	}
	fixed, err := auth.ParseMethod(d.s.sign)
	switch {
	case err != nil && c.Kind == auth.KindOAuth:
		f.Verdict, f.Says, f.Remedy = wrong, err.Error(), "Leave --sign out."
	case len(good) == 0 && refused == len(checks):
		f.Verdict, f.Says, f.Remedy = wrong, fmt.Sprintf("Clever Cloud refuses what %s has", c.Source), renewal(c)
		if skew.Abs() >= muchSkew && c.Kind == auth.KindOAuth {
			f.Remedy = "Set the clock first. If that does not help: " + f.Remedy
		}
	case len(good) == 0:
		f.Verdict, f.Says = skipped, "no request got an answer that tells"
		if status := checks[0].reply.status; status != 0 {
			f.Verdict, f.Says, f.Remedy = doubt, fmt.Sprintf("an authorised request is answered %d, which does not tell", status), "Try again in a while."
		}
	case c.Kind == auth.KindAPIToken:
		f.Says = "the bridge takes the token"
	case fixed != auth.Auto && !good[fixed]:
		f.Verdict, f.Says, f.Remedy = wrong, fmt.Sprintf("%s is not taken, and --sign wants no other; taken are: %s", fixed, strings.Join(names, ", ")), "Leave --sign out."
	case fixed == auth.Auto && good[auth.Plaintext] && !good[auth.HMACSHA512]:
		f.Verdict, f.Says, f.Remedy = doubt, "HMAC-SHA512 is not taken, PLAINTEXT is, so each start costs one request more", "Start with --sign PLAINTEXT."
	case fixed == auth.Auto && !good[auth.HMACSHA512]:
		f.Verdict, f.Says, f.Remedy = wrong, "of what is tried without --sign nothing is taken; taken are: "+strings.Join(names, ", "), "Start with --sign "+names[0]+"."
	default:
		f.Says = "taken: " + strings.Join(names, ", ")
	}
	return f
}
