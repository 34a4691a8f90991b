package directory

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/jpeg"
	"testing"
)

func webp(chunk string, body []byte) []byte {
	b := append([]byte("RIFF\x00\x00\x00\x00WEBP"+chunk), binary.LittleEndian.AppendUint32(nil, uint32(len(body)))...)
	b = append(b, body...)
	binary.LittleEndian.PutUint32(b[4:], uint32(len(b)-8))
	return b
}

func TestReadLogo(t *testing.T) {
	var jpg bytes.Buffer
	if err := jpeg.Encode(&jpg, image.NewGray(image.Rect(0, 0, 30, 20)), nil); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		picture       []byte
		kind          string
		width, height int
	}{
		"jpeg":        {jpg.Bytes(), "image/jpeg", 30, 20},
		"webp lossy":  {webp("VP8 ", []byte{0, 0, 0, 0x9d, 0x01, 0x2a, 30, 0, 20, 0}), "image/webp", 30, 20},
		"webp plain":  {webp("VP8L", []byte{0x2f, 29, 0, 0, 0, 0, 0, 0, 0, 0}), "image/webp", 30, 1},
		"webp extras": {webp("VP8X", []byte{0, 0, 0, 0, 29, 0, 0, 19, 0, 0}), "image/webp", 30, 20},
	} {
		l, err := ReadLogo(c.picture)
		if err != nil || l.Type != c.kind || l.Width != c.width || l.Height != c.height || l.Hash == "" {
			t.Errorf("%s: %+v %v", name, l, err)
		}
	}
	cut := webp("VP8X", []byte{0, 0, 0, 0, 29, 0, 0, 19, 0, 0})
	binary.LittleEndian.PutUint32(cut[4:], 5000)
	for name, b := range map[string][]byte{"nothing": {}, "gif": []byte("GIF89a......"), "cut webp": cut, "unknown chunk": webp("ABCD", make([]byte, 20)),
		"cut jpeg": jpg.Bytes()[:40], "huge webp": webp("VP8X", []byte{0, 0, 0, 0, 0xff, 0xff, 0, 19, 0, 0})} {
		if _, err := ReadLogo(b); CodeOf(err) != Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzReadLogo(f *testing.F) {
	f.Add(webp("VP8L", make([]byte, 20)))
	f.Add([]byte("\x89PNG\r\n\x1a\n"))
	f.Fuzz(func(_ *testing.T, b []byte) { _, _ = ReadLogo(b) }) // must not panic
}

func TestBrandingCheck(t *testing.T) {
	for in, want := range map[string]string{"": "", " #ABC ": "#aabbcc", "1a7f64": "#1a7f64", "#1A7F64": "#1a7f64"} {
		b := Branding{Accent: in}
		if f := b.Check(); len(f) != 0 || b.Accent != want {
			t.Errorf("accent %q becomes %q: %v", in, b.Accent, f)
		}
	}
}
