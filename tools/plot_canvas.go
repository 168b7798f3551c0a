package tools

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"

	"golang.org/x/image/font"
	"golang.org/x/image/font/inconsolata"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// canvas is a picture on which a plot is drawn. Lengths are pixels, y grows
// downwards.
type canvas struct{ *image.RGBA }

func newCanvas(width, height int) canvas {
	c := canvas{image.NewRGBA(image.Rect(0, 0, width, height))}
	draw.Draw(c, c.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	return c
}

// Of the font: every character is as wide, and stands as high above its line.
const (
	charWidth  = 8
	charHeight = 11
)

// text writes from x, its foot on y. Characters that the font lacks are boxes.
func (c canvas) text(x, y int, s string, ink color.Color, bold bool) {
	face := inconsolata.Regular8x16
	if bold {
		face = inconsolata.Bold8x16
	}
	d := font.Drawer{Dst: c, Src: image.NewUniform(ink), Face: face, Dot: fixed.P(x, y)}
	d.DrawString(s)
}

func textWidth(s string) int { return charWidth * len([]rune(s)) }

// bar fills a rectangle.
func (c canvas) bar(r image.Rectangle, ink color.Color) {
	draw.Draw(c, r, image.NewUniform(ink), image.Point{}, draw.Over)
}

type spot struct{ x, y float64 }

// line joins spots with a stroke of a width, its corners round.
func (c canvas) line(spots []spot, width float64, ink color.Color) {
	switch len(spots) {
	case 0:
		return
	case 1:
		width *= 2.5 // alone, it would be lost
	}
	size := c.Bounds().Size()
	r := vector.NewRasterizer(size.X, size.Y)
	for i, p := range spots {
		dot(r, p, width/2)
		if i > 0 {
			stroke(r, spots[i-1], p, width/2)
		}
	}
	r.Draw(c, c.Bounds(), image.NewUniform(ink), image.Point{})
}

// area fills what is between spots and a level below them.
func (c canvas) area(spots []spot, level float64, ink color.Color) {
	if len(spots) < 2 {
		return
	}
	size := c.Bounds().Size()
	r := vector.NewRasterizer(size.X, size.Y)
	r.MoveTo(float32(spots[0].x), float32(level))
	for _, p := range spots {
		r.LineTo(float32(p.x), float32(p.y))
	}
	r.LineTo(float32(spots[len(spots)-1].x), float32(level))
	r.ClosePath()
	r.Draw(c, c.Bounds(), image.NewUniform(ink), image.Point{})
}

// dot and stroke turn the same way round: where they overlap they add up, and
// do not cancel each other out.
func dot(r *vector.Rasterizer, p spot, radius float64) {
	const corners = 8
	for i := range corners {
		a := 2 * math.Pi * float64(i) / corners
		x, y := float32(p.x+radius*math.Cos(a)), float32(p.y+radius*math.Sin(a))
		if i == 0 {
			r.MoveTo(x, y)
		} else {
			r.LineTo(x, y)
		}
	}
	r.ClosePath()
}

func stroke(r *vector.Rasterizer, a, b spot, half float64) {
	length := math.Hypot(b.x-a.x, b.y-a.y)
	if length == 0 {
		return
	}
	dx, dy := (b.x-a.x)/length*half, (b.y-a.y)/length*half
	r.MoveTo(float32(a.x+dy), float32(a.y-dx))
	r.LineTo(float32(b.x+dy), float32(b.y-dx))
	r.LineTo(float32(b.x-dy), float32(b.y+dx))
	r.LineTo(float32(a.x-dy), float32(a.y+dx))
	r.ClosePath()
}

func (c canvas) png() ([]byte, error) {
	var b bytes.Buffer
	e := png.Encoder{CompressionLevel: png.BestCompression}
	err := e.Encode(&b, c)
	return b.Bytes(), err
}
