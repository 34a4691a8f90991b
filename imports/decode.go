package imports

import (
	"bufio"
	"bytes"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"usher/directory"
)

// sniffed is how much of a file is looked at before its encoding is decided.
const sniffed = 64 << 10

const (
	noteUTF16 = "The file is in UTF-16."
	note1252  = "The file is not in UTF-8, so it was read as Windows-1252. Look at names with umlauts and accents in the samples; if they are wrong, save the file as “CSV UTF-8” and upload it again."
	noteMixed = "Most of the file is in UTF-8, but some rows are not. Those were read as Windows-1252."
)

// unreadable is a file that cannot be imported at all.
func unreadable(why string) error {
	return &directory.Error{Code: directory.Invalid, Message: why, Fields: map[string]string{"file": why}}
}

// decoded gives the file as UTF-8, and a note when that took more than reading it. In a file that begins as UTF-8,
// rows that are not are left to the reader of rows.
func decoded(r io.Reader) (io.Reader, string, error) {
	b := bufio.NewReaderSize(r, sniffed)
	head, err := b.Peek(sniffed)
	if err != nil && len(head) < sniffed && err != io.EOF {
		return nil, "", err
	}
	whole := len(head) < sniffed
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("\xD0\xCF\x11\xE0")):
		return nil, "", unreadable("This is a spreadsheet, not a CSV file. Open it and save it as “CSV UTF-8”, then upload that.")
	case bytes.HasPrefix(head, []byte("\xEF\xBB\xBF")):
		_, err := b.Discard(3)
		return b, "", err
	case bytes.HasPrefix(head, []byte("\xFF\xFE")), bytes.HasPrefix(head, []byte("\xFE\xFF")):
		return wide(b, unicode.LittleEndian, unicode.ExpectBOM), noteUTF16, nil
	}
	if order, ok := wideOrder(head); ok {
		return wide(b, order, unicode.IgnoreBOM), noteUTF16, nil
	}
	if bytes.IndexByte(head, 0) >= 0 {
		return nil, "", unreadable("This is not a text file. Upload a CSV file, as spreadsheets save it.")
	}
	if !utf8.Valid(withoutCutRune(head, whole)) {
		return transform.NewReader(b, charmap.Windows1252.NewDecoder()), note1252, nil
	}
	return b, "", nil
}

func wide(r io.Reader, order unicode.Endianness, bom unicode.BOMPolicy) io.Reader {
	return transform.NewReader(r, unicode.UTF16(order, bom).NewDecoder())
}

// wideOrder recognises UTF-16 without a byte order mark: in names and separators every other byte is zero.
func wideOrder(head []byte) (unicode.Endianness, bool) {
	head = head[:min(len(head), 1024)&^1]
	var even, odd int
	for i, c := range head {
		if c == 0 && i%2 == 0 {
			even++
		} else if c == 0 {
			odd++
		}
	}
	pairs := len(head) / 2
	switch {
	case pairs == 0:
		return unicode.LittleEndian, false
	case odd*10 >= pairs*6 && even == 0:
		return unicode.LittleEndian, true
	case even*10 >= pairs*6 && odd == 0:
		return unicode.BigEndian, true
	}
	return unicode.LittleEndian, false
}

// withoutCutRune leaves out a last character of which only the beginning was looked at.
func withoutCutRune(head []byte, whole bool) []byte {
	if whole {
		return head
	}
	for back := 1; back < utf8.UTFMax && back <= len(head); back++ {
		if c := head[len(head)-back]; utf8.RuneStart(c) {
			if !utf8.FullRune(head[len(head)-back:]) {
				return head[:len(head)-back]
			}
			break
		}
	}
	return head
}

// from1252 reads a cell that is not UTF-8.
func from1252(cell string) string {
	s, err := charmap.Windows1252.NewDecoder().String(cell)
	if err != nil {
		return string(bytes.ToValidUTF8([]byte(cell), []byte("\uFFFD")))
	}
	return s
}
