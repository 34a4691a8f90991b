package imports

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"io"
	"strings"
)

// unixLines gives the text with LF at the ends of lines when they are CR alone, as spreadsheets on old Macs wrote them.
func unixLines(b *bufio.Reader, head []byte) *bufio.Reader {
	if !endsInCR(head) {
		return b
	}
	return bufio.NewReaderSize(carriageReturns{b}, sniffed)
}

// endsInCR looks at the ends of lines outside of quotation marks; within them a cell may have lines of its own. Where
// marks do not match, a text without any LF still has CR at the ends of its lines.
func endsInCR(head []byte) bool {
	var lf, cr int
	quoted := false
	for i, c := range head {
		switch {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '\n':
			lf++
		case c == '\r' && (i+1 == len(head) || head[i+1] != '\n'):
			cr++
		}
	}
	return cr > 0 && lf == 0 || bytes.IndexByte(head, '\r') >= 0 && bytes.IndexByte(head, '\n') < 0
}

type carriageReturns struct{ r io.Reader }

func (c carriageReturns) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	for i, x := range b[:n] {
		if x == '\r' {
			b[i] = '\n'
		}
	}
	return n, err
}

// firstLine is a first line that names no columns: it says what stands between cells, or which template this is.
type firstLine struct {
	bytes   int  // 0: there is none
	comma   rune // when it says so
	version bool // of a template by Microsoft, whose next row but one is an example
}

// preamble recognises sep=; as spreadsheets write it, version:v1.0 of Microsoft's templates and #TYPE of PowerShell.
func preamble(head []byte) firstLine {
	first, _, _ := bytes.Cut(head, []byte("\n"))
	line := strings.ToLower(strings.TrimRight(string(first), "\r"))
	size := min(len(first)+1, len(head))
	if rest, ok := strings.CutPrefix(line, "sep="); ok && len(rest) == 1 && strings.Contains(",;\t|", rest) {
		return firstLine{bytes: size, comma: rune(rest[0])}
	}
	bare := strings.Trim(line, "\",;\t ") // a spreadsheet gives every line the same number of cells
	if version, ok := strings.CutPrefix(bare, "version:"); ok && len(version) < 20 && !strings.ContainsAny(version, ",;\t\"") {
		return firstLine{bytes: size, version: true}
	}
	if strings.HasPrefix(bare, "#type ") {
		return firstLine{bytes: size}
	}
	return firstLine{}
}

// separator guesses what stands between cells from the beginning of the file: whatever gives the first rows the same
// number of cells, and most of them.
func separator(head []byte, whole bool) rune {
	if !whole {
		if end := bytes.LastIndexByte(head, '\n'); end > 0 {
			head = head[:end+1]
		}
	}
	best, most := ',', 0.0
	for _, c := range []rune{',', ';', '\t'} {
		if s := fit(head, c); s > most {
			best, most = c, s
		}
	}
	return best
}

// fit is how well the separator explains the first rows: 0 when there is none in the header.
func fit(head []byte, comma rune) float64 {
	r := csv.NewReader(bytes.NewReader(head))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes, r.ReuseRecord = comma, -1, true, true
	var width, rows, alike int
	for rows < 20 {
		cells, err := r.Read()
		if err != nil {
			break
		}
		if rows == 0 {
			width = len(cells)
		}
		if len(cells) == width {
			alike++
		}
		rows++
	}
	if width < 2 {
		return 0
	}
	return float64(alike)/float64(rows) + float64(width)/1000
}
