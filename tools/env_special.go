package tools

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// special is what the platform does with a variable of a certain name.
type special struct {
	meaning string
	wants   form // of its value
	choices []string
	given   bool // the platform sets it: a value of one's own is lost or confuses
}

type form int

const (
	anything form = iota
	numeric
	boolean
	path   // of the site: begins with a slash
	folder // of the code: does not
	oneOf
)

// specials are the variables that the platform itself reads or sets. Families
// with a number at the end (CC_WORKER_COMMAND_1) are found without it.
var specials = map[string]special{
	"PORT":                          {meaning: "the platform sets it to 8080, where the application has to listen on 0.0.0.0", wants: numeric},
	"APP_FOLDER":                    {meaning: "folder of the repository that is built and run", wants: folder},
	"APP_HOME":                      {meaning: "set by the platform: where the code is", given: true},
	"APP_ID":                        {meaning: "set by the platform", given: true},
	"COMMIT_ID":                     {meaning: "set by the platform: the commit that runs", given: true},
	"INSTANCE_ID":                   {meaning: "set by the platform", given: true},
	"INSTANCE_NUMBER":               {meaning: "set by the platform", given: true},
	"INSTANCE_TYPE":                 {meaning: "set by the platform: build or production", given: true},
	"CC_DEPLOYMENT_ID":              {meaning: "set by the platform", given: true},
	"CC_PRETTY_INSTANCE_NAME":       {meaning: "set by the platform", given: true},
	"CC_REVERSE_PROXY_IPS":          {meaning: "set by the platform: addresses of its proxies", given: true},
	"CC_PRE_BUILD_HOOK":             {meaning: "command before dependencies are installed"},
	"CC_POST_BUILD_HOOK":            {meaning: "command after the build, before its cache is kept"},
	"CC_PRE_RUN_HOOK":               {meaning: "command before the start; when it fails, so does the deployment"},
	"CC_RUN_SUCCEEDED_HOOK":         {meaning: "command after a good start"},
	"CC_RUN_FAILED_HOOK":            {meaning: "command after a failed start"},
	"CC_RUN_COMMAND":                {meaning: "command that starts the application or the task"},
	"CC_TROUBLESHOOT":               {meaning: "keeps a failed instance for SSH until it is redeployed; it costs while it lasts", wants: boolean},
	"CC_HEALTH_CHECK_PATH":          {meaning: "path that has to answer 2xx for a deployment to succeed", wants: path},
	"CC_WORKER_COMMAND":             {meaning: "command of a worker beside the application"},
	"CC_WORKER_RESTART":             {meaning: "when a worker is started again", wants: oneOf, choices: []string{"always", "no", "on-failure"}},
	"CC_WORKER_RESTART_DELAY":       {meaning: "seconds before a worker is started again", wants: numeric},
	"CC_CLAMAV":                     {meaning: "starts ClamAV", wants: boolean},
	"CC_MEMCACHED":                  {meaning: "starts memcached", wants: boolean},
	"CC_DISABLE_BUILD_CACHE_UPLOAD": {meaning: "keeps no build cache: each restart builds", wants: boolean},
	"CC_OVERRIDE_BUILDCACHE":        {meaning: "what the build cache holds"},
	"CC_CACHE_DEPENDENCIES":         {meaning: "keeps dependencies between builds", wants: boolean},
	"CC_PREVENT_LOGSCOLLECTION":     {meaning: "stops the collection of logs: get_logs then has nothing to show", wants: boolean},
	"CC_METRICS_PROMETHEUS_PORT":    {meaning: "port of the application's own metrics", wants: numeric},
	"CC_METRICS_PROMETHEUS_PATH":    {meaning: "path of the application's own metrics", wants: path},
	"CC_NODE_VERSION":               {meaning: "version of Node.js"},
	"CC_NODE_BUILD_TOOL":            {meaning: "package manager", wants: oneOf, choices: []string{"bun", "custom", "npm", "npm-ci", "npm-install", "pnpm", "yarn", "yarn-berry", "yarn2"}},
	"CC_NODE_DEV_DEPENDENCIES":      {meaning: "whether development dependencies are installed", wants: oneOf, choices: []string{"ignore", "install"}},
	"CC_PHP_VERSION":                {meaning: "version of PHP"},
	"CC_WEBROOT":                    {meaning: "folder that is served, from the root of the repository", wants: path},
	"CC_PYTHON_VERSION":             {meaning: "version of Python"},
	"CC_PYTHON_MODULE":              {meaning: "module and application object, such as app:app"},
	"CC_PYTHON_BACKEND":             {meaning: "server of the application", wants: oneOf, choices: []string{"daphne", "gunicorn", "uvicorn", "uwsgi"}},
	"CC_JAVA_VERSION":               {meaning: "version of Java"},
	"CC_JAR_PATH":                   {meaning: "the jar that is started", wants: folder},
	"CC_GO_BUILD_TOOL":              {meaning: "how Go is built", wants: oneOf, choices: []string{"gobuild", "gomod", "makefile"}},
	"CC_GO_PKG":                     {meaning: "package that is built"},
	"CC_RUST_BIN":                   {meaning: "binary that is started"},
	"CC_RUBY_VERSION":               {meaning: "version of Ruby"},
	"CC_DOCKERFILE":                 {meaning: "the Dockerfile", wants: folder},
	"CC_DOCKER_EXPOSED_HTTP_PORT":   {meaning: "port that the container listens on, in place of 8080", wants: numeric},
	"CC_DOCKER_EXPOSED_TCP_PORT":    {meaning: "port of TCP redirections, in place of 4040", wants: numeric},
	"CC_DOCKER_LOGIN_PASSWORD":      {meaning: "password of the registry"},
	"CC_DOCKER_LOGIN_USERNAME":      {meaning: "user of the registry"},
	"CC_HTTP_BASIC_AUTH":            {meaning: "user:password that the site asks for"},
	"CC_FS_BUCKET":                  {meaning: "folder:host of an FS Bucket that is mounted"},
	"CC_VARNISH_FILE":               {meaning: "Varnish configuration", wants: folder},
	"CC_SSH_PRIVATE_KEY":            {meaning: "key by which private repositories are read during the build"},
	"CC_SSH_PRIVATE_KEY_FILE":       {meaning: "file in the repository with such a key", wants: folder},
	"CC_ENABLE_NGINX_CACHE":         {meaning: "Nginx caches answers", wants: boolean},
	"IGNORE_FROM_BUILDCACHE":        {meaning: "files that the build cache leaves out"},
	"CC_READ_ONLY_APP_FOLDER":       {meaning: "the code cannot be changed at run time", wants: boolean},
	"CC_CGI_IMPLEMENTATION":         {meaning: "how PHP is run"},
	"CC_ENABLE_PGPOOL":              {meaning: "starts pgpool in front of PostgreSQL", wants: boolean},
	"CC_MYSQL_PROXYSQL_ENABLED":     {meaning: "starts ProxySQL in front of MySQL", wants: boolean},
	"CC_REDIRECTIONIO_PROJECT_KEY":  {meaning: "key of a redirection.io project"},
}

var numbered = lazily(`_\d+$`)

func specialOf(name string) (special, bool) {
	s, ok := specials[name]
	if !ok {
		s, ok = specials[numbered.ReplaceAllString(name, "")]
	}
	return s, ok
}

// meaning says what the platform does with a variable; "" for one's own.
func meaning(name string) string {
	s, _ := specialOf(name)
	return s.meaning
}

// placeholder finds values that somebody meant to replace.
var placeholder = lazily(`(?i)^(change[-_ ]?me|to[-_ ]?do|x{3,}|replace[-_ ]?me|your[-_ ].*|<[^>]*>|\{\{.*\}\}|\$\{[^}]*\})$`)

// suspicious says what looks wrong with a variable, without its value.
func suspicious(name, value string) []string {
	var out []string
	say := func(format string, a ...any) { out = append(out, name+" "+fmt.Sprintf(format, a...)+".") }
	switch trimmed := strings.TrimSpace(value); {
	case value == "":
		say("is empty")
		return out
	case trimmed != value:
		say("begins or ends with white space, which is part of the value")
	case len(value) >= 2 && value[0] == value[len(value)-1] && strings.ContainsRune(`"'`, rune(value[0])):
		say("is in quotation marks, which are part of the value")
	case placeholder.MatchString(value):
		say("looks like a placeholder that was never replaced")
	case loopback(value):
		say("points to the instance itself (localhost), where no add-on is")
	}
	s, ok := specialOf(name)
	if !ok {
		return append(out, misspelt(name)...)
	}
	if s.given {
		say("is set by the platform: a value of your own is lost or confuses")
	}
	switch s.wants {
	case numeric:
		if n, err := strconv.Atoi(value); err != nil || n < 0 {
			say("has to be a number (%s)", s.meaning)
		} else if name == "PORT" && n != 8080 {
			say("is not 8080: the platform looks for the application on 0.0.0.0:8080 and the deployment fails when nothing answers there")
		}
	case boolean:
		if !slices.Contains([]string{"true", "false", "1", "0"}, strings.ToLower(value)) {
			say("has to be true or false (%s)", s.meaning)
		}
	case path:
		if !strings.HasPrefix(value, "/") {
			say("has to begin with / (%s)", s.meaning)
		}
	case folder:
		if strings.HasPrefix(value, "/") {
			say("has to be relative to the root of the repository (%s)", s.meaning)
		}
	case oneOf:
		if !slices.Contains(s.choices, value) {
			say("is none of %s (%s)", strings.Join(s.choices, ", "), s.meaning)
		}
	}
	return out
}

// loopback tells a URL or address of the instance itself.
func loopback(value string) bool {
	host := value
	if u, err := url.Parse(value); err == nil && u.Host != "" {
		host = u.Hostname()
	} else if h, port, ok := strings.Cut(value, ":"); ok {
		if _, err := strconv.Atoi(port); err != nil {
			return false
		}
		host = h
	}
	return host == "localhost" || host == "127.0.0.1"
}

// misspelt finds a name that is a letter or two away from one that the platform
// reads, since it ignores what it does not know.
func misspelt(name string) []string {
	if !strings.HasPrefix(name, "CC_") {
		return nil
	}
	base := numbered.ReplaceAllString(name, "")
	best := closest(base, slices.Sorted(maps.Keys(specials)))
	if best == "" {
		return nil
	}
	return []string{fmt.Sprintf("%s is not a variable that the platform is known to read: was %s meant?", name, best)}
}

// closest finds the known name that is a letter or two away, or differs in case
// only; a short name may be one letter away, as two of few are another name.
func closest(name string, known []string) string {
	best, distance := "", min(3, 1+len(name)/3)
	for _, k := range known {
		if d := editDistance(strings.ToUpper(name), strings.ToUpper(k), distance); d < distance {
			best, distance = k, d
		}
	}
	return best
}

// editDistance counts the letters that differ, and gives up at limit.
func editDistance(a, b string, limit int) int {
	if d := len(a) - len(b); d >= limit || -d >= limit {
		return limit
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return min(row[len(b)], limit)
}
