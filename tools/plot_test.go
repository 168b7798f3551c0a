package tools

import (
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"math"
	"strings"
	"testing"
	"time"

	"clever-mcp/cleverapi"
)

// measured is one value each minute from noon on.
func measured(name, unit string, values ...float64) cleverapi.Series {
	s := cleverapi.Series{Name: name, Unit: unit}
	for i, v := range values {
		s.Points = append(s.Points, cleverapi.Point{Micros: noon.Add(time.Duration(i) * time.Minute).UnixMicro(), Value: cleverapi.Measured(v)})
	}
	return s
}

func drawn(t *testing.T, title string, series ...cleverapi.Series) image.Image {
	t.Helper()
	p, _ := newPlot(title, noon, noon.Add(10*time.Minute), series)
	raw, err := p.png()
	if err != nil {
		t.Fatal(err)
	}
	m, err := png.Decode(bytes.NewReader(raw))
	if err != nil || m.Bounds() != image.Rect(0, 0, plotWidth, plotHeight) {
		t.Fatalf("picture of %v, %v", m.Bounds(), err)
	}
	if len(raw) > 200_000 {
		t.Errorf("the picture has %d bytes", len(raw))
	}
	return m
}

// inked counts the pixels of a colour in a part of a picture.
func inked(m image.Image, r image.Rectangle, ink color.NRGBA) int {
	n := 0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if color.NRGBAModel.Convert(m.At(x, y)) == ink {
				n++
			}
		}
	}
	return n
}

func TestPlotDrawsWhatWasMeasured(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("draws much")
	}
	upper, lower := image.Rect(60, 58, 790, 190), image.Rect(60, 250, 790, 376)
	flat := []float64{100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100}
	none := []float64{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}
	m := drawn(t, "shop", measured("a", "%", flat...), measured("b", "%", none...))
	if inked(m, upper, plotInks[0]) == 0 && inked(m, image.Rect(60, 50, 790, 70), plotInks[0]) == 0 || inked(m, lower, plotInks[0]) != 0 {
		t.Error("what is high all the time is not drawn at the top")
	}
	if inked(m, image.Rect(60, 370, 790, 385), plotInks[1]) == 0 || inked(m, upper, plotInks[1]) != 0 {
		t.Error("what is nothing all the time is not drawn at the bottom")
	}
	gap := drawn(t, "shop", measured("a", "%", 50, 50, 50, math.NaN(), math.NaN(), math.NaN(), math.NaN(), math.NaN(), 50, 50, 50), measured("b", "%", 100))
	whole := drawn(t, "shop", measured("a", "%", 50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50), measured("b", "%", 100))
	middle := image.Rect(330, 60, 500, 370)
	if inked(gap, middle, plotInks[0]) != 0 || inked(whole, middle, plotInks[0]) == 0 {
		t.Error("a gap is bridged, or a line is not")
	}
	if one := drawn(t, "shop", measured("a", "%", math.NaN(), 50)); inked(one, image.Rect(60, 50, 790, 370), plotInks[0]) == 0 {
		t.Error("a single value is not seen")
	}
}

// Whatever is measured and however it is called, there is a picture.
func TestPlotTakesAnything(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("draws much")
	}
	long := strings.Repeat("é👩‍👩‍👧 ", 100)
	drawn(t, "", cleverapi.Series{})
	drawn(t, long, measured(long, long, 1, 2, 3))
	drawn(t, "x", measured("a", "bytes", -5, math.Inf(1), math.NaN(), 1e300, 5e-324), measured("b", "bytes", 0))
	drawn(t, "x", measured("tiny", "", 1e-9, 2e-9))
	late := measured("late", "", 1, 2)
	late.Points[0].Micros, late.Points[1].Micros = noon.Add(-time.Hour).UnixMicro(), noon.Add(time.Hour).UnixMicro()
	if p, _ := newPlot("x", noon, noon.Add(time.Minute), []cleverapi.Series{late}); len(p.panels[0].lines[0].points) != 0 {
		t.Error("what was measured outside the range is drawn")
	}
	var many []cleverapi.Series
	for i := range 10 {
		many = append(many, measured("a", "%", 1), measured("b", string(rune('a'+i)), 1))
	}
	p, left := newPlot("x", noon, noon.Add(time.Minute), many)
	if len(p.panels) != maxPanels || len(p.panels[0].lines) != maxLines || left != 20-maxLines-maxPanels+1 {
		t.Errorf("%d panels, %d lines, %d left out", len(p.panels), len(p.panels[0].lines), left)
	}
}

func TestNiceStep(t *testing.T) {
	t.Parallel()
	for high, want := range map[float64]float64{100: 50, 51: 20, 1: 0.5, 0.8: 0.2, 8: 2, 464110: 200000, 4: 1, 4.1: 2} {
		if got := niceStep(high, 4); math.Abs(got-want) > want*1e-9 {
			t.Errorf("up to %v in steps of %v, want %v", high, got, want)
		}
	}
	for _, tt := range []struct {
		span time.Duration
		n    int
		step time.Duration
		form string
	}{
		{time.Hour, 7, 10 * time.Minute, "15:04"}, {24 * time.Hour, 7, 6 * time.Hour, "15:04"}, {7 * 24 * time.Hour, 7, 24 * time.Hour, "2 Jan"},
		{90 * 24 * time.Hour, 3, 28 * 24 * time.Hour, "2 Jan"}, {time.Hour, 0, time.Hour, "15:04"},
	} {
		if step, form := timeStep(tt.span, tt.n); step != tt.step || form != tt.form {
			t.Errorf("%s in %d is in steps of %s written %q", tt.span, tt.n, step, form)
		}
	}
	for _, tt := range []struct {
		v          float64
		unit, want string
	}{{20, "%", "20%"}, {1500, "bytes/s", "1.5 kB"}, {2e9, "bytes", "2 GB"}, {0.5, "", "0.5"}, {25000, "requests", "25 k"}} {
		if got := inUnit(tt.v, tt.unit); got != tt.want {
			t.Errorf("%v %s is written %q", tt.v, tt.unit, got)
		}
	}
}

// A picture comes when it is asked for, and nothing that is drawn in it is secret.
func TestPlotOfMetrics(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	res := w.runner.Call(t.Context(), "get_metrics", json.RawMessage(`{"app":"storefront","plot":true}`), Caller{ID: "a"})
	if res.IsError || len(res.Images) != 1 || res.Images[0].Type != "image/png" || !strings.Contains(res.Text, `"plot":"PNG`) {
		t.Fatalf("%d images, %s", len(res.Images), res.Text)
	}
	if _, err := png.Decode(bytes.NewReader(res.Images[0].Data)); err != nil {
		t.Error(err)
	}
	again := w.runner.Call(t.Context(), "get_metrics", json.RawMessage(`{"app":"storefront","plot":true}`), Caller{ID: "a"})
	if !bytes.Equal(again.Images[0].Data, res.Images[0].Data) {
		t.Error("the same measurements give two pictures")
	}
	if res := w.runner.Call(t.Context(), "get_metrics", json.RawMessage(`{"app":"storefront"}`), Caller{ID: "a"}); len(res.Images) != 0 {
		t.Error("a picture comes unasked")
	}
	// The name of the application is drawn: as a secret, it would be a mark.
	w.deps.Hide.Learn("storefront")
	hidden := w.runner.Call(t.Context(), "get_metrics", json.RawMessage(`{"app":"storefront","plot":true}`), Caller{ID: "a"})
	if len(hidden.Images) != 1 || bytes.Equal(hidden.Images[0].Data, res.Images[0].Data) {
		t.Error("a secret is drawn")
	}
}
