package tools

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/plumbing/format/packfile"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/capability"
	"github.com/go-git/go-git/v5/plumbing/storer"
	"github.com/go-git/go-git/v5/plumbing/transport"
	githttp "github.com/go-git/go-git/v5/plumbing/transport/http"
	"github.com/go-git/go-git/v5/storage/filesystem"

	"clever-mcp/cleverapi"
	"clever-mcp/cleverapi/ancestry"
)

// master is the only branch that Clever Cloud deploys, whatever the local one is
// called.
const master plumbing.ReferenceName = "refs/heads/master"

// localCommit is the commit that a local repository stands at. The parts of
// go-git are used and not its Repository, which would bring SSH and more into
// the binary.
type localCommit struct {
	store *filesystem.Storage
	hash  plumbing.Hash
}

// openLocal opens a repository in a folder that the operator allowed. What the
// model names is resolved first, so that a link does not lead out.
func (c *Call) openLocal(dir string) (*localCommit, error) {
	if len(c.Settings.DeployDirs) == 0 {
		return nil, badArgument("This server may not push local folders: the operator allowed none. Nothing was done.\nNext: push with git, or let the operator name the folder with --deploy-dir.")
	}
	path, err := filepath.EvalSymlinks(dir)
	if err != nil || !filepath.IsAbs(path) || !slices.ContainsFunc(c.Settings.DeployDirs, func(allowed string) bool { return within(path, allowed) }) {
		// The same for a folder that does not exist: what exists elsewhere is not
		// for the model to find out.
		return nil, badArgument("The folder is none that this server may push. Nothing was done.\nNext: name one of %s, by its whole path.", strings.Join(slices.Sorted(slices.Values(c.Settings.DeployDirs)), ", "))
	}
	// A .git that is a link or a file would point to a repository elsewhere.
	if info, err := os.Lstat(filepath.Join(path, ".git")); err != nil || !info.IsDir() {
		return nil, badArgument("%s is not the root of a git repository. Nothing was done.\nNext: commit there first (git init, git add, git commit), or name the root of the repository.", path)
	}
	store := filesystem.NewStorage(osfs.New(filepath.Join(path, ".git")), cache.NewObjectLRUDefault())
	head, err := storer.ResolveReference(store, plumbing.HEAD)
	if err != nil {
		return nil, badArgument("The repository in %s has no commit yet. Nothing was done.\nNext: commit there first.", path)
	}
	return &localCommit{store, head.Hash()}, nil
}

// within tells whether path is allowed or below it. Allowed may itself be a link.
func within(path, allowed string) bool {
	allowed, err := filepath.EvalSymlinks(allowed)
	if err != nil {
		return false
	}
	rest, err := filepath.Rel(allowed, path)
	return err == nil && filepath.IsLocal(rest)
}

// pushed pushes a commit and finds the deployment that it started.
func (c *Call) pushed(ctx context.Context, app App, detail cleverapi.ApplicationDetail, local *localCommit, past []cleverapi.Deployment) (uuid string, notes []string, err error) {
	c.Progress(Step{Message: "pushing " + local.hash.String()})
	if err := c.push(ctx, detail, local); err != nil {
		return "", nil, err
	}
	notes = []string{"Changes of the folder that are in no commit were not pushed."}
	look, cancel := context.WithTimeout(context.WithoutCancel(ctx), pushTime)
	defer cancel()
	uuid, err = c.newest(look, app, past)
	if uuid == "" {
		if err != nil {
			return "", nil, fmt.Errorf("the commit %s was pushed, but the deployment that it starts could not be read, list_deployments shows it: %w", local.hash, err)
		}
		return "", nil, badArgument("The commit %s was pushed, but no deployment of it shows yet.\nNext: look with list_deployments in a minute; deploy_app with commit head starts one.", local.hash)
	}
	return uuid, notes, nil
}

// pushTime is how long a deployment may take to show after a push.
const pushTime = 30 * time.Second

// push sends a commit to the application's repository, whose branch master
// deploys. It never forces: a history that is not a continuation is refused.
func (c *Call) push(ctx context.Context, detail cleverapi.ApplicationDetail, local *localCommit) error {
	remote, err := url.Parse(detail.Deployment.HTTPURL)
	if err != nil || detail.Deployment.HTTPURL == "" {
		return badArgument("The application %s takes no push over HTTPS. Nothing was done.", detail.Name)
	}
	if c.Git == nil {
		return badArgument("This server has no credential for git. Nothing was done.\nNext: sign in with clever-mcp login; an API token cannot push.")
	}
	wire, err := c.Git(ctx, remote)
	if err != nil {
		return err
	}
	client := githttp.NewClient(&http.Client{Transport: wire, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }})
	endpoint, err := transport.NewEndpoint(remote.String())
	if err != nil {
		return badArgument("The application's git URL cannot be used: %s.", remote.Redacted())
	}
	session, err := client.NewReceivePackSession(endpoint, nil)
	if err != nil {
		return pushFailed(err)
	}
	defer session.Close()
	advertised, err := session.AdvertisedReferencesContext(ctx)
	if err != nil && !errors.Is(err, transport.ErrEmptyRemoteRepository) {
		return pushFailed(err)
	}
	if advertised == nil {
		advertised = packp.NewAdvRefs()
	}
	request, err := local.request(advertised)
	if err != nil {
		return err
	}
	report, err := session.ReceivePack(ctx, request)
	if err == nil && report != nil {
		err = report.Error()
	}
	if err != nil {
		return pushFailed(err)
	}
	return nil
}

func pushFailed(err error) error {
	switch {
	case errors.Is(err, transport.ErrAuthenticationRequired), errors.Is(err, transport.ErrAuthorizationFailed):
		return badArgument("Clever Cloud refused the credential for git.\nNext: sign in again with clever-mcp login; an API token cannot push.")
	case errors.Is(err, transport.ErrRepositoryNotFound):
		return badArgument("The application has no repository yet: it takes a few seconds after it was created.\nNext: try again in a minute.")
	}
	return fmt.Errorf("git push: %w", err)
}

// request makes the pack of what the remote side lacks.
func (l *localCommit) request(advertised *packp.AdvRefs) (*packp.ReferenceUpdateRequest, error) {
	was, known := advertised.References[master.String()]
	switch {
	case was == l.hash:
		return nil, badArgument("The commit %s is on Clever Cloud already, so there is nothing to push. Nothing was done.\nNext: deploy_app with that commit instead of the directory deploys it again.", l.hash)
	case known && !l.continues(was):
		return nil, badArgument("The repository on Clever Cloud is at %s, which is not part of the local history. Nothing was done, and nothing is ever forced from here.\nNext: fetch and merge it, or let the user run git push --force.", was)
	}
	if shallow, err := l.store.Shallow(); err != nil || len(shallow) > 0 {
		return nil, badArgument("The local repository is a shallow clone, which cannot be pushed. Nothing was done.\nNext: git fetch --unshallow, then try again.")
	}
	request := packp.NewReferenceUpdateRequestFromCapabilities(advertised.Capabilities)
	if advertised.Capabilities.Supports(capability.ReportStatus) {
		_ = request.Capabilities.Set(capability.ReportStatus)
	}
	request.Commands = []*packp.Command{{Name: master, Old: was, New: l.hash}}
	var have []plumbing.Hash
	for _, h := range advertised.References {
		if l.store.HasEncodedObject(h) == nil {
			have = append(have, h)
		}
	}
	objects, err := ancestry.Objects(l.store, []plumbing.Hash{l.hash}, have)
	if err != nil {
		return nil, badArgument("The local repository lacks a part of its history: %s. Nothing was done.\nNext: git fsck tells what is missing.", err)
	}
	read, write := io.Pipe()
	go func() {
		_, err := packfile.NewEncoder(write, l.store, false).Encode(objects, 10)
		_ = write.CloseWithError(err)
	}()
	request.Packfile = read
	return request, nil
}

// continues tells whether the local commit comes after another one.
func (l *localCommit) continues(was plumbing.Hash) bool {
	if _, err := ancestry.ReadCommit(l.store, was); err != nil {
		return false // without reading all of the local history in search of it
	}
	ok, err := ancestry.Contains(l.store, l.hash, was)
	return err == nil && ok
}
