package tools

import (
	"slices"
	"strings"
)

// found is what the log of a failed deployment shows.
type found struct {
	cause, next string
	excerpt     []string
}

// cause is one way in which deployments fail, told by a line of the log.
type cause struct {
	line *pattern
	// say and next may use the groups of line as $1.
	say, next string
}

// causes are asked in this order, the most telling first: a build that ran out
// of memory also says that it failed.
var causes = []cause{
	{lazily(`(?i)(?:heap out of memory|java\.lang\.OutOfMemoryError|out of memory: kill|oom-?kill|MemoryError\b|signal: killed|exit (?:code|status):? 137)`),
		"It ran out of memory.", "Give it more with update_app: a larger flavor, or build_flavor when it was the build."},
	{lazily(`(?i)no space left on device|ENOSPC`),
		"The disk is full.", "Write less to disk, or build on a larger instance with update_app build_flavor; files that must stay belong in an FS bucket or Cellar."},
	{lazily(`(?i)(?:KeyError: ['"]([A-Z][A-Z0-9_]{2,})['"]|(?:env(?:ironment)? ?var(?:iable)?s?|variable)[^A-Za-z0-9]+['"` + "`" + `]?([A-Z][A-Z0-9_]{2,})['"` + "`" + `]?[^\n]{0,24}?(?:missing|required|not set|undefined|must be set|is not defined|unset)|(?:missing|required|undefined)[^\n]{0,32}?(?:env(?:ironment)? ?var(?:iable)?s?|variable)[^A-Za-z0-9]+['"` + "`" + `]?([A-Z][A-Z0-9_]{2,})|\b([A-Z][A-Z0-9]*_[A-Z0-9_]+)['"` + "`" + `]? (?:is )?(?:missing|required|not set|undefined|must be set|is not defined))`),
		"The variable $1$2$3$4 is missing.", "Set $1$2$3$4 with set_env, then deploy_app."},
	{lazily(`(?i)EADDRINUSE|address already in use`),
		"The port that it wants to listen on is taken.", "Let it listen once, on 0.0.0.0 and the port of the variable PORT (8080)."},
	{lazily(`(?i)(?:nothing (?:is )?listening on (?:port )?8080|(?:failed|unable|could not) to (?:connect to|reach) (?:the )?(?:application|app)[^\n]*8080|port 8080 (?:is )?(?:not|closed|un)|not listening on[^\n]*8080|(?:health ?check|deployment check)[^\n]*(?:fail|timed? ?out))`),
		"It does not listen where the platform looks: 0.0.0.0, port 8080.", "Let it listen on 0.0.0.0 and the port of the variable PORT; check CC_HEALTH_CHECK_PATH with get_env when it is set."},
	{lazily(`(?i)npm (?:ERR!|error) (?:Missing script: "?([\w:.-]+)|missing script: ([\w:.-]+))`),
		"package.json has no script $1$2.", "Add the script, or name the right one in CC_RUN_COMMAND or CC_CUSTOM_BUILD_TOOL with set_env."},
	{lazily(`(?:Cannot find module|Error \[ERR_MODULE_NOT_FOUND\]: Cannot find (?:module|package)) ['"]([^'"\s]{1,120})['"]`),
		"The module $1 is not there.", "Add it to the dependencies (not only devDependencies), or build it before: CC_PRE_RUN_HOOK, CC_NODE_DEV_DEPENDENCIES=install."},
	{lazily(`ModuleNotFoundError: No module named ['"]([^'"\s]{1,120})['"]`),
		"The Python module $1 is not there.", "Add it to requirements.txt or pyproject.toml, commit and deploy."},
	{lazily(`(?i)ERESOLVE|npm (?:ERR!|error) code (E\w+)`),
		"npm could not install the dependencies.", "Install them locally from a clean checkout, commit the lock file and deploy."},
	{lazily(`(?i)(?:could not|cannot|failed to) (?:find|open|read|locate) (?:a |the )?Dockerfile|Dockerfile[^\n]{0,20}(?:not found|no such file)`),
		"There is no Dockerfile where the build looks for it.", "Put it at the root of the repository, or name it in CC_DOCKERFILE with set_env."},
	{lazily(`(?i)(?:failed to solve|executor failed running|returned a non-zero code|ERROR: process "[^"]{1,200}" did not complete)`),
		"A step of the Dockerfile failed.", "Mend the step that the log names; docker build shows it locally."},
	{lazily(`(?i)(?:no such file or directory|not found)[^\n]{0,80}(?:package\.json|composer\.json|requirements\.txt|pom\.xml|build\.gradle|Cargo\.toml|go\.mod|Gemfile|clevercloud/)|(?:package\.json|composer\.json|requirements\.txt|pom\.xml|build\.gradle|Cargo\.toml|go\.mod|Gemfile)[^\n]{0,40}(?:no such file|not found|missing|does not exist)`),
		"A file that the runtime needs is not where the build looks for it.", "Check that the application has the right type, and APP_FOLDER when the code is in a folder of the repository."},
	{lazily(`(?i)(?:could not find|did not find|no) (?:any )?(?:start|run) (?:script|command)|don't know how to (?:start|run)|CC_RUN_COMMAND[^\n]*(?:empty|not set|missing)`),
		"Nothing says how to start it.", "Set CC_RUN_COMMAND with set_env, or add a start script."},
	{lazily(`(?i)(?:ECONNREFUSED|connection refused|could not connect to server|ENOTFOUND|getaddrinfo|no such host|could not translate host name)[^\n]{0,120}`),
		"It could not reach something that it needs, such as its database.", "Check with get_app that the add-on is linked and with get_env that the program reads the variables which the add-on gives."},
	{lazily(`(?i)password authentication failed|access denied for user|authentication failed|invalid credentials|WRONGPASS|NOAUTH`),
		"A service refused its credentials.", "Use the variables of the linked add-on instead of copies; get_env compares fingerprints."},
	{lazily(`(?i)(?:relation|table) ["'` + "`" + `]?([\w.]{1,80})["'` + "`" + `]? (?:does not|doesn't) exist|migrations? (?:failed|pending)`),
		"The database is not as the program expects.", "Run the migrations: CC_PRE_RUN_HOOK is the place."},
	{lazily(`(?i)(?:EACCES|permission denied)[^\n]{0,120}`),
		"It may not do something with a file or a port.", "Make the file executable in git (git update-index --chmod=+x), and use no port below 1024."},
	{lazily(`(?i)(?:reference is not a tree|unknown revision|couldn't find remote ref|fatal: (?:bad object|Could not parse object)|commit [0-9a-f]{7,40} (?:not found|does not exist))`),
		"The commit is not in the repository on Clever Cloud.", "Push it first; list_deployments shows commits that are there."},
	{lazily(`(?i)SyntaxError[:\s]|error TS\d{3,5}:|error\[E\d{4}\]|cannot find symbol|undefined: \w+|compilation (?:failed|error)|BUILD FAILURE|ParseError|Parse error:`),
		"The code does not compile.", "Mend what the log names, commit and deploy."},
	{lazily(`(?i)UnhandledPromiseRejection|Uncaught (?:Error|TypeError|ReferenceError)|^panic: |Traceback \(most recent call last\)|Exception in thread "|thread '[^']{1,60}' panicked|segmentation fault|core dumped`),
		"The program crashed as it started.", "The stack in the log says where."},
	{lazily(`(?i)(?:timed? ?out|deadline exceeded)`),
		"Something took too long.", "When it is the build, give it a larger build_flavor with update_app; when it is the start, listen on port 8080 before the slow work."},
}

// alarming finds lines worth showing when no cause is known.
var alarming = lazily(`(?i)\b(?:error|fatal|failed|failure|exception|cannot|critical|panic)\b`)

const (
	before, after = 3, 8 // lines shown around the one that tells
	lastLines     = 6    // shown of the end, whatever they say
	excerptLines  = 24
	lineLength    = 240 // shown of a line
	readLength    = 600 // looked at of a line; what tells stands at its beginning
)

// findCause looks for the line that tells why a deployment failed, and cuts out
// what surrounds it and the end of the log.
func findCause(lines []string) found {
	if len(lines) == 0 {
		return found{
			cause: "Its log is empty, so the failure came before the build began.",
			next:  "Check that the branch or commit exists and that the application has the right type; get_logs with this deployment reads the log again.",
		}
	}
	for _, known := range causes {
		for i, line := range lines {
			line = clip(line, readLength)
			if at := known.line.FindStringSubmatchIndex(line); at != nil {
				return found{
					cause:   string(known.line.ExpandString(nil, known.say, line, at)),
					next:    string(known.line.ExpandString(nil, known.next, line, at)),
					excerpt: excerpt(lines, i),
				}
			}
		}
	}
	tells := len(lines) - 1
	if i := slices.IndexFunc(lines, func(l string) bool { return alarming.MatchString(clip(l, readLength)) }); i >= 0 {
		tells = i
	}
	return found{
		cause:   "Not one that is recognised: see the log.",
		next:    "Read the lines below; get_logs with this deployment has all of them.",
		excerpt: excerpt(lines, tells),
	}
}

// excerpt returns the lines around one and the last ones, each cut to a length,
// with a mark where lines are left out.
func excerpt(lines []string, at int) []string {
	show := map[int]bool{}
	for i := max(0, at-before); i < min(len(lines), at+after+1); i++ {
		show[i] = true
	}
	for i := max(0, len(lines)-lastLines); i < len(lines); i++ {
		show[i] = true
	}
	var out []string
	skipped := false
	for i, line := range lines {
		if !show[i] {
			skipped = true
			continue
		}
		if skipped && len(out) > 0 {
			out = append(out, "[…]")
		}
		skipped = false
		out = append(out, clip(strings.TrimRight(line, " \r\n\t"), lineLength))
	}
	return out[max(0, len(out)-excerptLines):]
}
