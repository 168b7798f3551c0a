package tools

import (
	"image"
	"image/color"
	"math"

	"golang.org/x/image/font/inconsolata"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// canvas is a picture on which a plot is drawn. Lengths are pixels, y grows
// downwards.
type canvas struct{ *image.RGBA }

func newCanvas(width, height int) canvas {
	c := canvas{image.NewRGBA(image.Rect(0, 0, width, height))}
	for i := range c.Pix {
		c.Pix[i] = 0xff // white
	}
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
	for _, char := range s {
		where, glyph, from, advance, _ := face.Glyph(fixed.P(x, y), char)
		for py := where.Min.Y; py < where.Max.Y; py++ {
			for px := where.Min.X; px < where.Max.X; px++ {
				_, _, _, cover := glyph.At(from.X+px-where.Min.X, from.Y+py-where.Min.Y).RGBA()
				c.lay(px, py, ink, cover)
			}
		}
		x += advance.Round()
	}
}

// lay puts ink over a pixel, of which it covers so many parts of 0xffff. What is
// outside the picture is left out.
func (c canvas) lay(x, y int, ink color.Color, cover uint32) {
	if cover == 0 || !(image.Point{X: x, Y: y}).In(c.Rect) {
		return
	}
	pix := c.Pix[c.PixOffset(x, y):][:4]
	r, g, b, a := ink.RGBA()
	through := 0xffff - a*cover/0xffff
	for i, part := range []uint32{r, g, b, a} {
		pix[i] = uint8((uint32(pix[i])*0x101*through/0xffff + part*cover/0xffff) >> 8)
	}
}

func textWidth(s string) int { return charWidth * len([]rune(s)) }

// bar fills a rectangle.
func (c canvas) bar(r image.Rectangle, ink color.Color) {
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			c.lay(x, y, ink, 0xffff)
		}
	}
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
