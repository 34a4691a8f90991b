package directory

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"image/jpeg"
	"image/png"
)

const (
	// MaxLogo is how large a logo may be, in bytes.
	MaxLogo     = 256 << 10
	maxLogoSide = 2000 // pixels
)

// ReadLogo looks into a picture, whatever it calls itself. Invalid names the field logo.
func ReadLogo(b []byte) (Logo, error) {
	f := FieldErrors{}
	l := Logo{}
	var err error
	switch {
	case len(b) > MaxLogo:
		f.Add("logo", "The picture is larger than 256 KB. Save it smaller and choose it again.")
		return l, f.Err()
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		l.Type = "image/png"
		l.Width, l.Height, err = pngSize(b)
	case bytes.HasPrefix(b, []byte("\xff\xd8\xff")):
		l.Type = "image/jpeg"
		l.Width, l.Height, err = jpegSize(b)
	case len(b) >= 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP":
		l.Type = "image/webp"
		l.Width, l.Height, err = webpSize(b)
	default:
		f.Add("logo", "This is not a PNG, JPEG or WebP picture. Other kinds, such as SVG, can carry programs and are not taken.")
		return l, f.Err()
	}
	switch {
	case err != nil || l.Width <= 0 || l.Height <= 0:
		f.Add("logo", "The picture is damaged. Save it again and choose it once more.")
	case l.Width > maxLogoSide || l.Height > maxLogoSide:
		f.Add("logo", "The picture has more than 2,000 pixels at one side. Save it smaller and choose it again.")
	}
	l.Hash = LogoHash(b)
	return l, f.Err()
}

// LogoHash tells pictures apart.
func LogoHash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}

// pngSize also decodes pictures of an allowed size, so that a damaged one is noticed here and not by visitors.
func pngSize(b []byte) (w, h int, err error) {
	c, err := png.DecodeConfig(bytes.NewReader(b))
	if err == nil && c.Width <= maxLogoSide && c.Height <= maxLogoSide {
		_, err = png.Decode(bytes.NewReader(b))
	}
	return c.Width, c.Height, err
}

func jpegSize(b []byte) (w, h int, err error) {
	c, err := jpeg.DecodeConfig(bytes.NewReader(b))
	if err == nil && c.Width <= maxLogoSide && c.Height <= maxLogoSide {
		_, err = jpeg.Decode(bytes.NewReader(b))
	}
	return c.Width, c.Height, err
}

var errNoWebP = errors.New("not a WebP picture")

// webpSize reads the size from the first chunk (RFC 9649 §2.5–2.7) and compares the length that the file states.
func webpSize(b []byte) (w, h int, err error) {
	const header = 12 + 8
	if len(b) < header+10 || int64(binary.LittleEndian.Uint32(b[4:]))+8 > int64(len(b)) {
		return 0, 0, errNoWebP
	}
	chunk, body := string(b[12:16]), b[header:]
	switch {
	case chunk == "VP8X":
		return 1 + uint24(body[4:]), 1 + uint24(body[7:]), nil
	case chunk == "VP8L" && body[0] == 0x2f:
		bits := binary.LittleEndian.Uint32(body[1:])
		return 1 + int(bits&0x3fff), 1 + int(bits>>14&0x3fff), nil
	case chunk == "VP8 " && bytes.Equal(body[3:6], []byte{0x9d, 0x01, 0x2a}):
		return int(binary.LittleEndian.Uint16(body[6:]) & 0x3fff), int(binary.LittleEndian.Uint16(body[8:]) & 0x3fff), nil
	}
	return 0, 0, errNoWebP
}

func uint24(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }
