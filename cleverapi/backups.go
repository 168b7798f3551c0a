package cleverapi

import (
	"context"
	"time"
)

// Backups are copies of databases that the platform makes.
type Backups struct{ c *Client }

// Backup is one copy. The address it can be downloaded from needs no further
// credential, so it is deliberately not here.
type Backup struct {
	ID       string    `json:"backup_id"`
	Status   string    `json:"status"` // "Success" in clients' examples; not a closed list
	Creation time.Time `json:"creation_date"`
	DeleteAt time.Time `json:"delete_at"` // when the platform drops it
	Filename string    `json:"filename"`
}

// List reads the backups of an add-on, by its real ID.
func (s *Backups) List(ctx context.Context, owner, realID string) ([]Backup, error) {
	return collect[Backup](ctx, s.c, "GET /v2/backups/{ownerId}/{ref}", params{"ownerId": owner, "ref": realID}, nil)
}
