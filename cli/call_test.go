package cli

import (
	"bytes"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCallSavesAPicture(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "cpu.png")
	plot := []string{"call", "get_metrics", "--demo", "app=storefront", "plot:=true", "--image", path}
	if out, errs, code := run(t, nil, "", plot...); code != 0 || !strings.Contains(out, `"plot"`) {
		t.Fatalf("exit %d, %s", code, errs)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if m, err := png.Decode(bytes.NewReader(raw)); err != nil || m.Bounds().Dx() != 800 {
		t.Errorf("the picture does not open: %v", err)
	}
	if _, errs, code := run(t, nil, "", plot...); code == 0 || !strings.Contains(errs, "new file") {
		t.Errorf("an existing file is written over: exit %d, %s", code, errs)
	}
	if _, errs, code := run(t, nil, "", "call", "list_zones", "--demo", "--image", path+"2"); code == 0 || !strings.Contains(errs, "no picture") {
		t.Errorf("exit %d, %s", code, errs)
	}
}
