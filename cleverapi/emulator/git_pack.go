package emulator

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"

	"clever-mcp/cleverapi/ancestry"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/format/packfile"
	"github.com/go-git/go-git/v5/plumbing/format/pktline"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/capability"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/sideband"
)

const (
	uploadPack  = "git-upload-pack"  // fetch and clone
	receivePack = "git-receive-pack" // push
)

// capabilities are what the server side does. The side band carries progress,
// and some clients cannot read an answer without it.
func capabilities(service string) []capability.Capability {
	if service == receivePack {
		return []capability.Capability{capability.OFSDelta, capability.DeleteRefs, capability.ReportStatus, capability.Sideband64k}
	}
	return []capability.Capability{capability.OFSDelta, capability.Sideband64k}
}

func (c *gitCall) advertise() {
	service := c.r.URL.Query().Get("service")
	switch {
	case service != uploadPack && service != receivePack:
		c.refuse(http.StatusForbidden, "The service should be %s or %s", uploadPack, receivePack)
		return
	case service == receivePack && !c.mayPush():
		c.refuse(http.StatusForbidden, "Your role in this organisation, %s, does not allow to push", c.role)
		return
	}
	refs := packp.NewAdvRefs()
	refs.Prefix = [][]byte{[]byte("# service=" + service), pktline.Flush}
	for _, name := range capabilities(service) {
		_ = refs.Capabilities.Set(name) // fails for those that want a value
	}
	_ = refs.Capabilities.Set(capability.Agent, "clever-mcp-emulator")
	for name, ref := range c.store.ReferenceStorage {
		refs.References[string(name)] = ref.Hash()
	}
	if head, ok := c.store.ReferenceStorage[plumbing.ReferenceName(c.app.deployed())]; ok && service == uploadPack {
		hash := head.Hash()
		refs.Head = &hash
		_ = refs.Capabilities.Set(capability.SymRef, "HEAD:"+c.app.deployed())
	}
	var b bytes.Buffer
	if err := refs.Encode(&b); err != nil {
		c.refuse(http.StatusInternalServerError, "The references cannot be written")
		return
	}
	c.w.Header().Set("Cache-Control", "no-cache")
	write(c.w, http.StatusOK, "application/x-"+service+"-advertisement", b.Bytes())
}

// answer starts the answer and returns where its data and its progress go.
func (c *gitCall) answer(service string, asked *capability.List) (data, progress io.Writer, end func()) {
	c.w.Header().Set("Cache-Control", "no-cache")
	c.w.Header().Set("Content-Type", "application/x-"+service+"-result")
	c.w.WriteHeader(http.StatusOK)
	if !asked.Supports(capability.Sideband64k) {
		return c.w, io.Discard, func() {}
	}
	band := sideband.NewMuxer(sideband.Sideband64k, c.w)
	return band, channel{band, sideband.ProgressMessage}, func() { _ = pktline.NewEncoder(c.w).Flush() }
}

type channel struct {
	band *sideband.Muxer
	to   sideband.Channel
}

func (c channel) Write(p []byte) (int, error) { return c.band.WriteChannel(c.to, p) }

// receive takes a push.
func (c *gitCall) receive() {
	if !c.mayPush() {
		c.refuse(http.StatusForbidden, "Your role in this organisation, %s, does not allow to push", c.role)
		return
	}
	req := packp.NewReferenceUpdateRequest()
	if err := req.Decode(io.NopCloser(c.body)); err != nil {
		c.refuse(http.StatusBadRequest, "The push cannot be read: %s", err)
		return
	}
	report := packp.NewReportStatus()
	report.UnpackStatus = "ok"
	if needsPack(req.Commands) {
		if err := packfile.UpdateObjectStorage(c.store, req.Packfile); err != nil {
			report.UnpackStatus = err.Error()
		}
	}
	notes := c.update(req.Commands, report)
	data, progress, end := c.answer(receivePack, req.Capabilities)
	defer end()
	_, _ = io.WriteString(progress, notes)
	if !req.Capabilities.Supports(capability.ReportStatus) {
		return
	}
	var b bytes.Buffer
	if report.Encode(&b) == nil {
		_, _ = data.Write(b.Bytes())
	}
}

func needsPack(commands []*packp.Command) bool {
	for _, cmd := range commands {
		if cmd.Action() != packp.Delete {
			return true
		}
	}
	return false
}

// update moves the references and says in report how it went. All move, or none.
func (c *gitCall) update(commands []*packp.Command, report *packp.ReportStatus) (notes string) {
	refs := map[string]string{}
	for name, ref := range c.store.ReferenceStorage {
		refs[string(name)] = ref.Hash().String()
	}
	problem := ""
	for _, cmd := range commands {
		name := string(cmd.Name)
		switch known := refs[name]; {
		case report.UnpackStatus != "ok":
			problem = "unpacker error"
		case !strings.HasPrefix(name, "refs/"):
			problem = "not a reference"
		case plumbing.NewHash(known) != cmd.Old:
			problem = "fetch first"
		case cmd.Action() == packp.Delete:
			delete(refs, name)
		case c.store.HasEncodedObject(cmd.New) != nil:
			problem = "missing necessary objects"
		default:
			refs[name] = cmd.New.String()
		}
	}
	message := ""
	if head := refs[c.app.deployed()]; problem == "" && head != "" {
		commit, err := ancestry.ReadCommit(c.store, plumbing.NewHash(head))
		if err != nil {
			problem = "not a commit"
		} else {
			message, _, _ = strings.Cut(strings.TrimSpace(commit.Message), "\n")
		}
	}
	if problem == "" {
		d, err := c.pushed(refs, message)
		switch {
		case err != nil:
			problem = err.Error()
		case d != nil:
			notes = fmt.Sprintf("The deployment %s of commit %s is queued\n", d.uuid, d.commit)
		default:
			notes = fmt.Sprintf("Nothing to deploy: only what comes to %s is deployed\n", c.app.deployed())
		}
	}
	for _, cmd := range commands {
		status := "ok"
		if problem != "" {
			status = problem
		}
		report.CommandStatuses = append(report.CommandStatuses, &packp.CommandStatus{ReferenceName: cmd.Name, Status: status})
	}
	return notes
}

// upload answers a fetch: without "done" it says what both sides have, with it
// it sends the pack.
func (c *gitCall) upload() {
	req := packp.NewUploadRequest()
	if err := req.Decode(c.body); err != nil {
		c.refuse(http.StatusBadRequest, "The request cannot be read: %s", err)
		return
	}
	if len(req.Shallows) > 0 || !req.Depth.IsZero() {
		c.refuse(http.StatusBadRequest, "Shallow clones are not served")
		return
	}
	var common []plumbing.Hash
	done := false
	for lines := pktline.NewScanner(c.body); !done && lines.Scan(); {
		line := strings.TrimSpace(string(lines.Bytes()))
		done = line == "done"
		if hash, ok := strings.CutPrefix(line, "have "); ok && c.store.HasEncodedObject(plumbing.NewHash(hash)) == nil {
			common = append(common, plumbing.NewHash(hash))
		}
	}
	var objects []plumbing.Hash
	if done {
		var err error
		objects, err = ancestry.Objects(c.store, req.Wants, common)
		if err != nil {
			c.refuse(http.StatusNotFound, "The repository does not have what is wanted")
			return
		}
	}
	data, _, end := c.answer(uploadPack, capability.NewList())
	lines := pktline.NewEncoder(data)
	if len(common) > 0 {
		_ = lines.Encodef("ACK %s\n", common[0])
	} else {
		_ = lines.EncodeString("NAK\n")
	}
	if !done {
		return
	}
	if req.Capabilities.Supports(capability.Sideband64k) {
		data = sideband.NewMuxer(sideband.Sideband64k, c.w)
		end = func() { _ = pktline.NewEncoder(c.w).Flush() }
	}
	defer end()
	// A client that went away is its own affair.
	_, _ = packfile.NewEncoder(data, c.store, false).Encode(objects, 10)
}
