package tools

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"clever-mcp/cleverapi"
)

// plot is measurements as a picture: one panel for each unit, with time from
// left to right. Its texts are shown as they are: hide them first.
type plot struct {
	title    string
	from, to time.Time
	panels   []panel
}

// panel is the lines that share a unit.
type panel struct {
	unit  string
	lines []plotLine
}

type plotLine struct {
	name   string
	points []cleverapi.Point // in the order of time; NaN is a gap
}

const (
	plotWidth, plotHeight = 800, 400
	// More panels or lines than these are too small or too many to tell apart.
	maxPanels = 4
	maxLines  = 6
)

// Colours that people who see few of them tell apart too, by Okabe and Ito.
var plotInks = [maxLines]color.NRGBA{
	{0x00, 0x72, 0xb2, 0xff}, {0xd5, 0x5e, 0x00, 0xff}, {0x00, 0x9e, 0x73, 0xff}, {0xcc, 0x79, 0xa7, 0xff}, {0xe6, 0x9f, 0x00, 0xff}, {0x56, 0xb4, 0xe9, 0xff},
}

var (
	inkText = color.NRGBA{0x22, 0x22, 0x22, 0xff}
	inkSoft = color.NRGBA{0x66, 0x66, 0x66, 0xff}
	inkGrid = color.NRGBA{0xe4, 0xe4, 0xe4, 0xff}
	inkAxis = color.NRGBA{0x99, 0x99, 0x99, 0xff}
)

// newPlot sorts series into panels by their units, the first of each unit first,
// and says how many there is no room for.
func newPlot(title string, from, to time.Time, series []cleverapi.Series) (plot, int) {
	p, left := plot{title: title, from: from, to: to}, 0
	for _, s := range series {
		i := slices.IndexFunc(p.panels, func(q panel) bool { return q.unit == s.Unit })
		switch {
		case i < 0 && len(p.panels) == maxPanels, i >= 0 && len(p.panels[i].lines) == maxLines:
			left++
			continue
		case i < 0:
			p.panels, i = append(p.panels, panel{unit: s.Unit}), len(p.panels)
		}
		points := slices.DeleteFunc(slices.Clone(s.Points), func(q cleverapi.Point) bool { return q.Time().Before(from) || q.Time().After(to) })
		sort.SliceStable(points, func(i, j int) bool { return points[i].Micros < points[j].Micros })
		p.panels[i].lines = append(p.panels[i].lines, plotLine{s.Name, points})
	}
	return p, left
}

// png draws the plot: one panel alone, two above each other, or four in a square.
func (p plot) png() ([]byte, error) {
	c := newCanvas(plotWidth, plotHeight)
	const top, margin = 34, 10
	when := p.from.UTC().Format("2 Jan 15:04") + " to " + p.to.UTC().Format("2 Jan 2006 15:04") + " UTC"
	room := (plotWidth-2*margin-textWidth(when))/charWidth - 2
	title := []rune(p.title)
	if len(title) > room {
		title = append(title[:room-1], '…')
	}
	c.text(margin, 22, string(title), inkText, true)
	c.text(plotWidth-margin-textWidth(when), 22, when, inkSoft, false)
	columns := 1
	if len(p.panels) > 2 {
		columns = 2
	}
	rows := (len(p.panels) + columns - 1) / columns
	for i, q := range p.panels {
		w, h := plotWidth/columns, (plotHeight-top)/max(rows, 1)
		x, y := i%columns*w, top+i/columns*h
		if i == len(p.panels)-1 && i%columns == 0 {
			w = plotWidth // nobody is beside it
		}
		p.draw(c, q, image.Rect(x, y, x+w, y+h))
	}
	return c.png()
}

// draw draws one panel with its legend, axes and lines.
func (p plot) draw(c canvas, q panel, r image.Rectangle) {
	high := q.high()
	step := niceStep(high, 4)
	high = math.Ceil(high/step-1e-9) * step
	labels := []string{}
	wide := 0
	for i := 0; float64(i)*step <= high+step/2; i++ {
		label := inUnit(float64(i)*step, q.unit)
		labels, wide = append(labels, label), max(wide, textWidth(label))
	}
	in := image.Rect(r.Min.X+12+wide+6, r.Min.Y+24, r.Max.X-16, r.Max.Y-22)
	at := func(t time.Time, v float64) spot {
		part := float64(t.Sub(p.from)) / float64(p.to.Sub(p.from))
		return spot{float64(in.Min.X) + part*float64(in.Dx()), float64(in.Max.Y) - max(v, 0)/high*float64(in.Dy())}
	}
	for i, label := range labels {
		y := int(math.Round(at(p.from, float64(i)*step).y))
		c.bar(image.Rect(in.Min.X, y, in.Max.X, y+1), inkGrid)
		c.text(in.Min.X-6-textWidth(label), y+charHeight/2, label, inkSoft, false)
	}
	p.hours(c, in, at)
	c.bar(image.Rect(in.Min.X, in.Max.Y, in.Max.X, in.Max.Y+1), inkAxis)
	x := in.Min.X
	for i, l := range q.lines {
		ink := plotInks[i]
		c.bar(image.Rect(x, r.Min.Y+9, x+14, r.Min.Y+13), ink)
		c.text(x+19, r.Min.Y+16, l.name, inkText, false)
		x += 19 + textWidth(l.name) + 2*charWidth
		for _, part := range l.parts() {
			var spots []spot
			for _, point := range part {
				spots = append(spots, at(point.Time(), float64(point.Value)))
			}
			if len(q.lines) == 1 {
				c.area(spots, float64(in.Max.Y), color.NRGBA{ink.R, ink.G, ink.B, 0x22})
			}
			c.line(spots, 1.8, ink)
		}
	}
	if q.unit != "" {
		c.text(x, r.Min.Y+16, "("+q.unit+")", inkSoft, false)
	}
}

// hours marks the time below a panel.
func (p plot) hours(c canvas, in image.Rectangle, at func(time.Time, float64) spot) {
	step, layout := timeStep(p.to.Sub(p.from), in.Dx()/100)
	for t := p.from.UTC().Truncate(step); !t.After(p.to); t = t.Add(step) {
		if t.Before(p.from) {
			continue
		}
		x, label := int(math.Round(at(t, 0).x)), t.Format(layout)
		c.bar(image.Rect(x, in.Min.Y, x+1, in.Max.Y), inkGrid)
		c.bar(image.Rect(x, in.Max.Y, x+1, in.Max.Y+4), inkAxis)
		left := min(x-textWidth(label)/2, plotWidth-4-textWidth(label))
		c.text(left, in.Max.Y+16, label, inkSoft, false)
	}
}

// high is the largest value, 1 when there is none above nothing.
func (q panel) high() float64 {
	high := 0.0
	for _, l := range q.lines {
		for _, p := range l.points {
			if v := float64(p.Value); v > high && !math.IsInf(v, 0) {
				high = v
			}
		}
	}
	if high <= 0 {
		return 1
	}
	return high
}

// parts are the stretches of a line between its gaps.
func (l plotLine) parts() [][]cleverapi.Point {
	var parts [][]cleverapi.Point
	open := false
	for _, p := range l.points {
		if v := float64(p.Value); math.IsNaN(v) || math.IsInf(v, 0) {
			open = false
			continue
		}
		if !open {
			parts, open = append(parts, nil), true
		}
		parts[len(parts)-1] = append(parts[len(parts)-1], p)
	}
	return parts
}

// niceStep divides a height into at most n steps of 1, 2 or 5 with zeros.
func niceStep(high float64, n int) float64 {
	power := math.Pow(10, math.Floor(math.Log10(high/float64(n))))
	for _, m := range []float64{1, 2, 5} {
		if m*power*float64(n) >= high*(1-1e-9) {
			return m * power
		}
	}
	return 10 * power
}

// timeStep divides a range into at most n steps that people count in.
func timeStep(span time.Duration, n int) (time.Duration, string) {
	const day = 24 * time.Hour
	for _, step := range []time.Duration{
		time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
		time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour,
	} {
		if span <= time.Duration(max(n, 1))*step {
			if span > 2*day {
				return step, "2 Jan 15h"
			}
			return step, "15:04"
		}
	}
	for _, days := range []time.Duration{1, 2, 7, 14} {
		if span <= time.Duration(max(n, 1))*days*day {
			return days * day, "2 Jan"
		}
	}
	return 28 * day, "2 Jan"
}

// inUnit writes a value of an axis: bytes and large numbers with k, M, G, T.
func inUnit(v float64, unit string) string {
	if unit == "%" {
		return short(v) + "%"
	}
	suffix := ""
	for _, s := range []string{"k", "M", "G", "T"} {
		if math.Abs(v) < 1000 {
			break
		}
		v, suffix = v/1000, s
	}
	if strings.HasPrefix(unit, "byte") {
		suffix += "B"
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s", short(v), suffix))
}

func short(v float64) string { return strconv.FormatFloat(math.Round(v*1e6)/1e6, 'g', 6, 64) }
