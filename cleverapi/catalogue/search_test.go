package catalogue

import "testing"

func TestSearchSmoke(t *testing.T) {
	t.Parallel()
	for _, h := range Search("remove a vhost from app_0d9a3c64", 5) {
		t.Logf("%6.2f %s %v %s", h.Score, h.Operation.ID, h.Matched, h.Self)
	}
}
