package tools

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"clever-mcp/cleverapi"
)

// sign is something that a log says when a certain thing is wrong.
type sign struct {
	cause string // %s stands for what the expression captured
	find  *regexp.Regexp
	rank  int
	// next is for a person or a model; %s as in cause, {app} the application.
	next string
}

// variableName is how a variable looks: nothing else that a log says gets into advice.
const variableName = `['"\x60]?([A-Z][A-Z0-9_]{1,60})['"\x60]?`

// signs are in the order in which they explain each other: a missing variable
// makes a start fail, which makes nothing listen.
var signs = []sign{
	{"The environment variable %s is missing", regexp.MustCompile(`(?:(?i:missing|undefined|required|unset)(?i: required| mandatory)?(?i: env(?:ironment)?)?(?i: variables?)?:? +` + variableName + `(?:\W|$)` +
		`|KeyError: ` + variableName + `|` + variableName + `(?i: (?:environment |env )?(?:variable )?(?:is|was|must be)(?: not)? (?:set|defined|missing|required|undefined|present))` +
		`|(?i:environment variable) ` + variableName + `(?i: (?:is )?(?:not set|not found|missing|required|undefined)))`), 20,
		`set_env {app,"set":{"%s":"…"}}, or "from" in place of "set" when it is a secret; then deploy_app {app}`},
	{"The disk is full", regexp.MustCompile(`(?i)no space left on device|\bENOSPC\b|disk (?:is )?full|disk quota exceeded|EDQUOT`), 22,
		`get_metrics {app} shows the disk; write less to it or keep files in an add-on (FS Bucket, Cellar); deploy_app {app} starts with an empty disk`},
	{"It ran out of memory", regexp.MustCompile(`(?i)out of memory|\bOOM\b|oom-?kill|heap out of memory|OutOfMemoryError|Cannot allocate memory|MemoryError|signal: killed|exit(?:ed with)? (?:code|status) 137`), 23,
		`update_app {app} with a larger flavor; get_metrics {app} shows the memory`},
	{"A credential is refused or has expired", regexp.MustCompile(`(?i)password authentication failed|authentication failed|access denied for user|invalid (?:api[ _-]?key|credentials?|access token|token|password)|(?:token|credentials?|api[ _-]?key|certificate|secret|password) (?:has |have |is |are )?expired|expired (?:token|credentials?|api[ _-]?key|certificate)|WRONGPASS|NOAUTH|SignatureDoesNotMatch|InvalidAccessKeyId|401 Unauthorized`), 25,
		`get_env {app} shows which variables it uses and where they come from; give the new one with set_env and "from"; then deploy_app {app}`},
	{"It uses an add-on that cannot be found", regexp.MustCompile(`(?i)(?:getaddrinfo|ENOTFOUND|could not translate host name|Name or service not known|UnknownHostException|no such host|nodename nor servname|Temporary failure in name resolution)`), 26,
		`list_addons shows what there is; link_addon links one, or set_env with "unset" removes the variables of an add-on that is gone; then deploy_app {app}`},
	{"It cannot reach its database or another service", regexp.MustCompile(`(?i)ECONNREFUSED|connection refused|could not connect to server|ETIMEDOUT|too many connections|remaining connection slots|SQLSTATE\[(?:HY000|08\d\d\d)\]`), 28,
		`get_env {app} shows the linked add-ons; get_addon tells whether they are well`},
	{"It does not listen on 0.0.0.0:8080, where the platform looks for it", regexp.MustCompile(`(?i)(?:nothing (?:is )?listening|no(?:thing)? (?:answer|response|listen\w*)[^.]{0,30}(?:on|at)?(?: port)? ?8080|not listening on|port 8080[^.]{0,40}(?:closed|not (?:open|reachable|listening))|listening on (?:port )?(?:https?://)?(?:localhost|127\.0\.0\.1)|(?:did not|doesn't|does not) (?:open|bind|listen)[^.]{0,30}(?:port|8080))`), 24,
		`let it listen on 0.0.0.0 and the port in PORT (8080), or set_env {app,"unset":["PORT"]}; then deploy_app {app}`},
	{"Its port is taken", regexp.MustCompile(`EADDRINUSE|(?i:address already in use)`), 24,
		`let one process only listen on 8080; get_env {app} shows PORT and worker commands`},
	{"The health check fails", regexp.MustCompile(`(?i)health ?-?check[^.]{0,60}(?:fail|timed? ?out|not|never|[45]\d\d)`), 30,
		`get_env {app}: the path in CC_HEALTH_CHECK_PATH has to answer 2xx soon after the start`},
	{"Dependencies cannot be installed", regexp.MustCompile(`(?i)npm (?:ERR!|error)|ERESOLVE|yarn install.{0,40}fail|error Couldn't find package|Could not find a version that satisfies|No matching distribution found|Your requirements could not be resolved|Could not resolve dependencies|bundler: failed|failed to (?:download|fetch) |go: .*(?:not found|unrecognized import path)|composer.{0,60}(?:failed|error)`), 40,
		`correct the dependencies in the repository and push; deploy_app {app} without cache tries again`},
	{"The code does not compile", regexp.MustCompile(`(?i)compil(?:ation|er|e) (?:error|failed|failure)|failed to compile|BUILD FAILURE|SyntaxError|error TS\d+|error\[E\d{4}\]|undefined reference|cannot find symbol|could not compile|\.go:\d+:\d+: |Module not found|Cannot find module|ModuleNotFoundError`), 42,
		`get_logs {app,"kind":"build"} shows the place; correct the code and push`},
	{"The start command is wrong", regexp.MustCompile(`(?i)command not found|No such file or directory.{0,80}(?:exec|start|run)|missing script: "?start|Permission denied.{0,60}(?:exec|run|start)|no start (?:command|script)|exec format error|Unable to access jarfile`), 41,
		`get_env {app} shows CC_RUN_COMMAND and the other commands; set the right one with set_env; then deploy_app {app}`},
	{"The commit cannot be fetched", regexp.MustCompile(`(?i)fatal: (?:could not read|repository|unable to access|couldn't find remote)|git.{0,40}(?:permission denied|authentication failed)|submodule.{0,60}fail`), 43,
		`check the branch and the access to the repository and its submodules`},
	{"It crashes", regexp.MustCompile(`(?i)uncaught ?exception|unhandled ?(?:promise ?)?rejection|panic: |segmentation fault|core dumped|Traceback \(most recent call last\)|exit(?:ed with)? (?:code|status) [1-9]|process exited|application (?:has )?crashed|Fatal error: Uncaught`), 50,
		`get_logs {app,"kind":"errors"} shows what happened before it ended`},
}

// seen is a sign with the lines that show it.
type seen struct {
	sign
	captured string
	first    cleverapi.LogLine
	last     cleverapi.LogLine
	count    int
}

// maxShapes bounds what is remembered of a log.
const maxShapes = 5000

// signsIn finds the signs of trouble in a log. A line counts for the first sign
// that it shows, in the order of the table.
func signsIn(lines []cleverapi.LogLine) []*seen {
	var out []*seen
	byCause := map[string]*seen{}
	// Logs repeat themselves, and looking for every sign in every line takes long.
	known := map[string]int{}
	for _, l := range lines {
		text := clip(l.Message, 2000)
		shape := shapeOf([]string{text})
		first, ok := known[shape]
		if !ok {
			first = slices.IndexFunc(signs, func(s sign) bool { return s.find.MatchString(text) })
			if len(known) < maxShapes {
				known[shape] = first
			}
		}
		if first < 0 {
			continue
		}
		for _, s := range signs[first:] {
			m := s.find.FindStringSubmatch(text)
			if m == nil {
				continue
			}
			captured := ""
			for _, g := range m[1:] {
				if g != "" {
					captured = g
				}
			}
			key := s.cause + "\x00" + captured
			if byCause[key] == nil {
				byCause[key] = &seen{sign: s, captured: captured, first: l}
				out = append(out, byCause[key])
			}
			byCause[key].last = l
			byCause[key].count++
			break
		}
	}
	return out
}

// what is the cause in words.
func (s *seen) what() string { return filledIn(s.cause, s.captured) }

func filledIn(text, captured string) string { return strings.ReplaceAll(text, "%s", captured) }

// call fills in the next step.
func (s *seen) call(app App) string { return forApp(filledIn(s.next, s.captured), app) }

// forApp puts the arguments that name an application into the calls of a text:
// {app} and {app,"more":"arguments"}.
func forApp(text string, app App) string {
	return strings.ReplaceAll(text, "{app", fmt.Sprintf(`{"app":%q,"owner":%q`, app.ID, app.Owner))
}

// evidence collects the log lines that causes refer to.
type evidence struct{ lines []string }

// add returns how a cause refers to the line.
func (e *evidence) add(l cleverapi.LogLine) string {
	e.lines = append(e.lines, fmt.Sprintf("[%d] %s %s", len(e.lines)+1, l.Date.UTC().Format("2006-01-02 15:04:05"), clip(l.Message, 300)))
	return fmt.Sprintf("log line [%d]", len(e.lines))
}

func (e *evidence) String() string { return strings.Join(e.lines, "\n") }
