package tools

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestFindCause(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, line, cause, next string }{
		{"Node out of memory", "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory", "ran out of memory", "larger flavor"},
		{"killed", "npm ERR! signal: killed", "ran out of memory", "update_app"},
		{"disk", "write /app/x: no space left on device", "disk is full", "build_flavor"},
		{"variable in Node's words", "Error: Environment variable DATABASE_URL is required", "variable DATABASE_URL is missing", `"set":{"DATABASE_URL"`},
		{"variable in Python's words", "KeyError: 'STRIPE_KEY'", "variable STRIPE_KEY is missing", `set_env {"app":"app_1","owner":"orga_1","set":{"STRIPE_KEY"`},
		{"variable first", "STRIPE_SECRET_KEY is not set, giving up", "variable STRIPE_SECRET_KEY is missing", "set_env"},
		{"missing variable, name last", "Missing required environment variable: API_TOKEN", "variable API_TOKEN is missing", "set_env"},
		{"port taken", "Error: listen EADDRINUSE: address already in use :::8080", "port is taken", "PORT"},
		{"wrong port", "Nothing listening on 8080 after 60 seconds", "0.0.0.0:8080", "PORT"},
		{"script", `npm ERR! Missing script: "start"`, "no script start", "CC_RUN_COMMAND"},
		{"module", "Error: Cannot find module 'express'", "module express", "devDependencies"},
		{"Python module", "ModuleNotFoundError: No module named 'flask'", "Python module flask", "requirements.txt"},
		{"install", "npm ERR! code ERESOLVE", "cannot be installed", "without cache"},
		{"Dockerfile", "failed to read Dockerfile: open Dockerfile: no such file or directory", "no Dockerfile", "CC_DOCKERFILE"},
		{"file", "package.json: No such file or directory", "file that the runtime needs", "APP_FOLDER"},
		{"database", "Error: connect ECONNREFUSED 127.0.0.1:5432", "cannot reach", "get_addon"},
		{"password", `FATAL: password authentication failed for user "u"`, "credential is refused", "get_env"},
		{"table", `ERROR: relation "users" does not exist`, "database is not as", "migrations"},
		{"permission", "sh: ./start.sh: Permission denied", "may not", "chmod"},
		{"commit", "fatal: reference is not a tree: 3f2a", "commit cannot be fetched", "push the commit first"},
		{"compile", "src/main.ts(3,5): error TS2304: Cannot find name 'foo'.", "does not compile", "kind"},
		{"crash", "panic: runtime error: index out of range", "crashes", "get_logs"},
		{"unknown", "the flux capacitor failed", "Not one that is recognised", "get_logs"},
	} {
		lines := []string{"Cloning", "Building", tt.line, "Deployment failed"}
		got := findCause(App{ID: "app_1", Owner: "orga_1"}, lines)
		if !strings.Contains(got.cause, tt.cause) || !strings.Contains(got.next, tt.next) {
			t.Errorf("%s: cause %q, next %q", tt.name, got.cause, got.next)
		}
		if !strings.Contains(strings.Join(got.excerpt, "\n"), tt.line) {
			t.Errorf("%s: excerpt %q lacks the line", tt.name, got.excerpt)
		}
	}
	if got := findCause(App{}, nil); !strings.Contains(got.cause, "empty") || got.excerpt != nil {
		t.Errorf("an empty log gives %+v", got)
	}
}

// An ordinary log of a build does not look like a failure of a known kind.
func TestFindCauseOrdinary(t *testing.T) {
	t.Parallel()
	got := findCause(App{}, []string{
		"Cloning the repository", "npm install", "added 212 packages in 9s", "3 vulnerabilities", "npm run build",
		"vite v5.0.0 building for production...", "built in 4.2s", "Uploading cache", "Starting", "Listening on 0.0.0.0:8080",
	})
	if !strings.Contains(got.cause, "Not one that is recognised") {
		t.Errorf("cause is %q", got.cause)
	}
}

func TestExcerpt(t *testing.T) {
	t.Parallel()
	lines := make([]string, 100)
	for i := range lines {
		lines[i] = strings.Repeat("x", i)
	}
	lines[50] = "the line that tells"
	got := excerpt(lines, 50)
	if len(got) > excerptLines {
		t.Fatalf("excerpt has %d lines", len(got))
	}
	text := strings.Join(got, "\n")
	if !strings.Contains(text, "the line that tells") || !strings.Contains(text, "[…]") || got[len(got)-1] != lines[99] {
		t.Errorf("excerpt is %q", got)
	}
}

// Whatever is logged, the excerpt is bounded and breaks no character.
func FuzzFindCause(f *testing.F) {
	f.Add("a\nb\nerror: x")
	f.Add("KeyError: 'A_B'")
	f.Add(strings.Repeat("é", 3000))
	f.Fuzz(func(t *testing.T, log string) {
		got := findCause(App{}, strings.Split(log, "\n"))
		if len(got.excerpt) > excerptLines || got.cause == "" || got.next == "" || len(got.cause) > 400 {
			t.Errorf("found %+v", got)
		}
		for _, line := range got.excerpt {
			if len(line) > lineLength+len("…") || utf8.ValidString(log) && !utf8.ValidString(line) {
				t.Errorf("line %q", line)
			}
		}
	})
}
