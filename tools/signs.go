package tools

// sign is something that a log says when a certain thing is wrong, in a build or
// in what runs.
type sign struct {
	cause string // %s stands for what the expression captured
	find  *pattern
	// rank compares with the other findings of a diagnosis, lower first. Signs from
	// buildRank to vagueRank are of builds and starts, and mean little in what runs.
	rank int
	// next is for a person or a model; %s as in cause, {app} the application.
	next string
}

// variableName is how a variable looks: nothing else that a log says gets into advice.
const variableName = `['"\x60]?([A-Z][A-Z0-9_]{1,60})['"\x60]?`

const (
	buildRank = 40
	// vagueRank is where signs begin that say that it went wrong, and not why.
	vagueRank = 49
)

// moduleName is how modules and scripts look that get into advice.
const moduleName = `([@A-Za-z0-9_./][A-Za-z0-9_./:@-]{0,60})`

// manifests are the files by which runtimes know what to build.
const manifests = `(?:package\.json|composer\.json|requirements\.txt|pom\.xml|build\.gradle|Cargo\.toml|go\.mod|Gemfile|clevercloud/)`

// signs are in the order in which they explain each other: a missing variable
// makes a start fail, which makes nothing listen.
var signs = []sign{
	{"The environment variable %s is missing", lazily(`(?:(?i:missing|undefined|required|unset)(?i: required| mandatory)?(?i: env(?:ironment)?)?(?i: variables?)?:? +` + variableName + `(?:\W|$)` +
		`|KeyError: ` + variableName + `|` + variableName + `(?i: (?:environment |env )?(?:variable )?(?:is|was|must be)(?: not)? (?:set|defined|missing|required|undefined|present))` +
		`|(?i:environment variable) ` + variableName + `(?i: (?:is )?(?:not set|not found|missing|required|undefined|must be set)))`), 20,
		`set_env {app,"set":{"%s":"…"}}, or "from" in place of "set" when it is a secret; then deploy_app {app}`},
	{"The disk is full", lazily(`(?i)no space left on device|\bENOSPC\b|disk (?:is )?full|disk quota exceeded|EDQUOT`), 22,
		`get_metrics {app} shows the disk; write less to it or keep files in an add-on (FS Bucket, Cellar), or build on a larger instance: update_app {app} with build_flavor; deploy_app {app} starts with an empty disk`},
	{"It ran out of memory", lazily(`(?i)out of memory|\bOOM\b|oom-?kill|heap out of memory|OutOfMemoryError|Cannot allocate memory|MemoryError|signal: killed|exit(?:ed with)? (?:code|status):? 137`), 23,
		`update_app {app} with a larger flavor, or with build_flavor when it was the build; get_metrics {app} shows the memory`},
	{"A credential is refused or has expired", lazily(`(?i)password authentication failed|authentication failed|access denied for user|invalid (?:api[ _-]?key|credentials?|access token|token|password)|(?:token|credentials?|api[ _-]?key|certificate|secret|password) (?:has |have |is |are )?expired|expired (?:token|credentials?|api[ _-]?key|certificate)|WRONGPASS|NOAUTH|SignatureDoesNotMatch|InvalidAccessKeyId|401 Unauthorized`), 25,
		`get_env {app} shows which variables it uses and where they come from; give the new one with set_env and "from"; then deploy_app {app}`},
	{"It uses an add-on that cannot be found", lazily(`(?i)(?:getaddrinfo|\bENOTFOUND\b|could not translate host name|Name or service not known|UnknownHostException|no such host|nodename nor servname|Temporary failure in name resolution)`), 26,
		`list_addons shows what there is; link_addon links one, or set_env with "unset" removes the variables of an add-on that is gone; then deploy_app {app}`},
	{"It cannot reach its database or another service", lazily(`(?i)ECONNREFUSED|connection refused|could not connect to server|ETIMEDOUT|too many connections|remaining connection slots|SQLSTATE\[(?:HY000|08\d\d\d)\]`), 28,
		`get_env {app} shows the linked add-ons; get_addon tells whether they are well`},
	{"It does not listen on 0.0.0.0:8080, where the platform looks for it", lazily(`(?i)(?:nothing (?:is )?listening|no(?:thing)? (?:answer|response|listen\w*)[^.]{0,30}(?:on|at)?(?: port)? ?8080|not listening on|port 8080[^.]{0,40}(?:closed|not (?:open|reachable|listening))|listening on (?:port )?(?:https?://)?(?:localhost|127\.0\.0\.1)|(?:did not|doesn't|does not) (?:open|bind|listen)[^.]{0,30}(?:port|8080))`), 24,
		`let it listen on 0.0.0.0 and the port in PORT (8080), or set_env {app,"unset":["PORT"]}; then deploy_app {app}`},
	{"Its port is taken", lazily(`EADDRINUSE|(?i:address already in use)`), 24,
		`let one process only listen on 8080; get_env {app} shows PORT and worker commands`},
	{"The health check fails", lazily(`(?i)health ?-?check[^.]{0,60}(?:fail|timed? ?out|not|never|[45]\d\d)`), 30,
		`get_env {app}: the path in CC_HEALTH_CHECK_PATH has to answer 2xx soon after the start`},
	{"The database is not as the program expects", lazily(`(?i)(?:relation|table) ["'\x60]?[\w.]{1,80}["'\x60]? (?:does not|doesn't) exist|migrations? (?:failed|pending)`), 29,
		`run the migrations: set_env {app,"set":{"CC_PRE_RUN_HOOK":"…"}} with their command, then deploy_app {app}`},
	{"package.json has no script %s", lazily(`(?i)missing script: "?` + moduleName), buildRank,
		`add the script and push, or name the right one: set_env {app,"set":{"CC_RUN_COMMAND":"…"}}, then deploy_app {app}`},
	{"The module %s is not there", lazily(`Cannot find (?:module|package) ['"]` + moduleName + `['"]`), buildRank,
		`add it to the dependencies (not only devDependencies) and push, or let it be built before the start with CC_PRE_RUN_HOOK`},
	{"The Python module %s is not there", lazily(`ModuleNotFoundError: No module named ['"]` + moduleName + `['"]`), buildRank,
		`add it to requirements.txt or pyproject.toml, commit and push`},
	{"There is no Dockerfile where the build looks for it", lazily(`(?i)(?:could not|cannot|failed to) (?:find|open|read|locate) (?:a |the )?Dockerfile|Dockerfile[^\n]{0,20}(?:not found|no such file)`), buildRank + 1,
		`put it at the root of the repository, or name it: set_env {app,"set":{"CC_DOCKERFILE":"…"}}, then deploy_app {app}`},
	{"A step of the Dockerfile failed", lazily(`(?i)failed to solve|executor failed running|returned a non-zero code|ERROR: process "[^"]{1,200}" did not complete`), buildRank + 3,
		`mend the step that the log names; docker build shows it locally`},
	{"A file that the runtime needs is not where the build looks for it", lazily(`(?i)(?:no such file or directory|not found)[^\n]{0,80}` + manifests + `|` + manifests + `[^\n]{0,40}(?:no such file|not found|missing|does not exist)`), buildRank + 1,
		`get_app {app} shows its type; set_env {app,"set":{"APP_FOLDER":"…"}} when the code is in a folder of the repository, then deploy_app {app}`},
	{"The start command is wrong", lazily(`(?i)command not found|No such file or directory.{0,80}(?:exec|start|run)|missing script: "?start|Permission denied.{0,60}(?:exec|run|start)|no (?:start|run) (?:command|script)|(?:could|did) not find (?:any )?(?:start|run) (?:script|command)|don't know how to (?:start|run)|CC_RUN_COMMAND[^\n]*(?:empty|not set|missing)|exec format error|Unable to access jarfile`), buildRank + 1,
		`get_env {app} shows CC_RUN_COMMAND and the other commands; set the right one with set_env; then deploy_app {app}`},
	{"Dependencies cannot be installed", lazily(`(?i)npm (?:ERR!|error)|ERESOLVE|yarn install.{0,40}fail|error Couldn't find package|Could not find a version that satisfies|No matching distribution found|Your requirements could not be resolved|Could not resolve dependencies|bundler: failed|failed to (?:download|fetch) |go: .*(?:not found|unrecognized import path)|composer.{0,60}(?:failed|error)`), buildRank,
		`correct the dependencies in the repository and push; deploy_app {app} without cache tries again`},
	{"The code does not compile", lazily(`(?i)compil(?:ation|er|e) (?:error|failed|failure)|failed to compile|BUILD FAILURE|SyntaxError|Parse ?error:|error TS\d+|error\[E\d{4}\]|undefined reference|undefined: \w|cannot find symbol|could not compile|\.go:\d+:\d+: |Module not found|Cannot find module|ModuleNotFoundError`), buildRank + 2,
		`get_logs {app,"kind":"build"} shows the place; correct the code and push`},
	{"The commit cannot be fetched", lazily(`(?i)fatal: (?:could not read|repository|unable to access|couldn't find remote|bad object|could not parse object|reference is not a tree)|reference is not a tree|unknown revision|commit [0-9a-f]{7,40} (?:not found|does not exist)|git.{0,40}(?:permission denied|authentication failed)|submodule.{0,60}fail`), buildRank + 3,
		`push the commit first (list_deployments {app} shows the commits that are there); check the branch and the access to the repository and its submodules`},
	{"It may not do something with a file or a port", lazily(`(?i)EACCES|permission denied`), buildRank + 5,
		`make the file executable in git (git update-index --chmod=+x) and push; use no port below 1024`},
	{"It crashes", lazily(`(?i)uncaught ?exception|unhandled ?(?:promise ?)?rejection|panic: |segmentation fault|core dumped|Traceback \(most recent call last\)|exit(?:ed with)? (?:code|status) [1-9]|process exited|application (?:has )?crashed|Fatal error: Uncaught|Uncaught (?:Type|Reference|Range)?Error|Exception in thread "|thread '[^']{1,60}' panicked`), vagueRank + 1,
		`get_logs {app,"kind":"errors"} shows what happened before it ended`},
	{"Something takes too long", lazily(`(?i)timed? ?out|deadline exceeded`), vagueRank,
		`update_app {app} with a larger build_flavor when it is the build; listen on port 8080 before the slow work when it is the start`},
}
