package tools

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
)

// png writes the picture as PNG, without its transparency. image/png and what it
// draws in come with decoders and with all kinds of pictures, 150 kB of the
// program for one kind that is written.
func (c canvas) png() ([]byte, error) {
	size := c.Bounds().Size()
	var rows bytes.Buffer
	z, err := zlib.NewWriterLevel(&rows, zlib.BestCompression)
	if err != nil {
		return nil, err
	}
	row := make([]byte, 1+3*size.X) // it begins with its filter: none
	for y := range size.Y {
		for x := range size.X {
			copy(row[1+3*x:], c.Pix[c.PixOffset(x, y):][:3])
		}
		if _, err := z.Write(row); err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	const depth, trueColour = 8, 2
	head := binary.BigEndian.AppendUint32(nil, uint32(size.X))
	head = binary.BigEndian.AppendUint32(head, uint32(size.Y))
	head = append(head, depth, trueColour, 0, 0, 0)
	out := []byte("\x89PNG\r\n\x1a\n")
	out = appendChunk(out, "IHDR", head)
	out = appendChunk(out, "IDAT", rows.Bytes())
	return appendChunk(out, "IEND", nil), nil
}

func appendChunk(out []byte, kind string, data []byte) []byte {
	out = binary.BigEndian.AppendUint32(out, uint32(len(data)))
	from := len(out)
	out = append(append(out, kind...), data...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[from:]))
}
