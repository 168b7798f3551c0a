package tools

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"testing"

	"golang.org/x/image/font"
	"golang.org/x/image/font/inconsolata"
	"golang.org/x/image/math/fixed"
)

// What is drawn without image/draw and written without image/png is what they
// draw and read.
func TestPicturesAreThoseOfTheLibrary(t *testing.T) {
	t.Parallel()
	const width, height = 120, 80
	ink, glass := color.RGBA{10, 20, 120, 255}, color.NRGBA{200, 30, 40, 100}
	got := newCanvas(width, height)
	got.bar(image.Rect(10, 5, 60, 50), ink)
	got.bar(image.Rect(40, -10, 200, 40), glass)
	got.text(-3, 20, "Écrit 漢 past the edge", ink, false)
	got.text(5, 60, "half seen", glass, true)

	want := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(want, want.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(want, image.Rect(10, 5, 60, 50), image.NewUniform(ink), image.Point{}, draw.Over)
	draw.Draw(want, image.Rect(40, -10, 200, 40), image.NewUniform(glass), image.Point{}, draw.Over)
	d := font.Drawer{Dst: want, Src: image.NewUniform(ink), Face: inconsolata.Regular8x16, Dot: fixed.P(-3, 20)}
	d.DrawString("Écrit 漢 past the edge")
	d = font.Drawer{Dst: want, Src: image.NewUniform(glass), Face: inconsolata.Bold8x16, Dot: fixed.P(5, 60)}
	d.DrawString("half seen")

	file, err := got.png()
	if err != nil {
		t.Fatal(err)
	}
	read, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if read.Bounds() != want.Rect {
		t.Fatalf("the picture is %v, want %v", read.Bounds(), want.Rect)
	}
	for y := range height {
		for x := range width {
			if got, want := color.RGBAModel.Convert(read.At(x, y)), want.At(x, y); got != want {
				t.Fatalf("at %d, %d: %v, want %v", x, y, got, want)
			}
		}
	}
}
