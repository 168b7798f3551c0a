package emulator

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

func backupRoutes() routes {
	return routes{"GET /v2/backups/{ownerId}/{ref}": ofResource("ref", listBackups)}
}

const (
	backupPath = "/backups/"
	// How many daily backups are kept.
	keptBackups = 7
	backupHour  = 2 * time.Hour // after midnight, UTC
)

// backup is what a night saved.
type backup struct {
	addon *addon
	id    string
	at    time.Time
}

type backupView struct {
	BackupID       string  `json:"backup_id"`
	EntityID       string  `json:"entity_id"`
	Status         string  `json:"status"`
	CreationDate   string  `json:"creation_date"`
	DeleteAt       string  `json:"delete_at"`
	Filename       string  `json:"filename"`
	Link           string  `json:"link"`
	DownloadURL    string  `json:"download_url"`
	RestoreCommand *string `json:"restore_command"`
	DeleteCommand  *string `json:"delete_command"`
}

// backups are those that are still kept, newest first. Add-ons that are no
// database have none.
func (a *addon) backups(now time.Time) []backup {
	if !slices.Contains([]string{"es-addon", "mongodb-addon", "mysql-addon", "postgresql-addon"}, a.provider.ID) {
		return nil
	}
	var out []backup
	at := now.UTC().Truncate(day).Add(backupHour)
	if at.After(now) {
		at = at.Add(-day)
	}
	for ; len(out) < keptBackups && at.After(a.created); at = at.Add(-day) {
		out = append(out, backup{a, uuid("backup", a.id, at.Format(time.DateOnly)), at})
	}
	return out
}

func (b backup) filename() string {
	extension := map[string]string{"es-addon": "ndjson", "mongodb-addon": "json", "mysql-addon": "sql"}[b.addon.provider.ID]
	return b.addon.realID + "-" + b.at.Format("20060102150405") + "." + either(extension, "dump")
}

// signature is what makes the address of a download a secret: no credential is
// asked there.
func (b backup) signature() string { return letters(43, "backup signature", b.id) }

func (b backup) view(base string) backupView {
	url := base + backupPath + b.addon.realID + "/" + b.id + "/" + b.filename() + "?signature=" + b.signature()
	return backupView{
		BackupID: b.id, EntityID: b.addon.realID, Status: "Success", CreationDate: iso(b.at), DeleteAt: iso(b.at.Add(keptBackups * day)),
		Filename: b.filename(), Link: url, DownloadURL: url,
	}
}

func listBackups(c *call, r resource) (any, error) {
	if r.addon == nil {
		return nil, missingResource(r.id())
	}
	return each(r.addon.backups(c.now), func(b backup) backupView { return b.view(c.base) }), nil
}

// serveBackup is a page beside the API: who has its address has the file.
func (e *Emulator) serveBackup(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	b, ok := e.state.backup(r.PathValue("ref"), r.PathValue("backup"), e.clock.Now())
	e.mu.Unlock()
	if !ok || !equal(r.URL.Query().Get("signature"), b.signature()) {
		e.refuse(w, r, w.Header().Get("Sozu-Id"), notFound("There is no such backup, or its signature is wrong"))
		return
	}
	w.Header().Set("Content-Disposition", `attachment; filename="`+b.filename()+`"`)
	write(w, http.StatusOK, "application/octet-stream", []byte(b.content()))
}

func (s *state) backup(ref, id string, now time.Time) (backup, bool) {
	for _, o := range s.owners {
		for _, a := range o.addons {
			if a.realID != ref {
				continue
			}
			for _, b := range a.backups(now) {
				if b.id == id {
					return b, true
				}
			}
		}
	}
	return backup{}, false
}

// content is a small dump that grows with the age of the add-on.
func (b backup) content() string {
	rows := 3 + int(b.at.Sub(b.addon.created)/day)%200
	var s strings.Builder
	switch b.addon.provider.ID {
	case "es-addon", "mongodb-addon":
		for i := range rows {
			fmt.Fprintf(&s, "{\"_id\":%d,\"reference\":%q}\n", i+1, letters(8, b.addon.id, fmt.Sprint(i)))
		}
		return s.String()
	case "mysql-addon":
		s.WriteString("-- MySQL dump\nCREATE TABLE `orders` (`id` bigint NOT NULL PRIMARY KEY, `reference` varchar(8) NOT NULL);\n")
	default:
		s.WriteString("-- PostgreSQL database dump\nCREATE TABLE orders (id bigint PRIMARY KEY, reference text NOT NULL);\n")
	}
	for i := range rows {
		fmt.Fprintf(&s, "INSERT INTO orders VALUES (%d, '%s');\n", i+1, letters(8, b.addon.id, fmt.Sprint(i)))
	}
	s.WriteString("-- dump complete\n")
	return s.String()
}
