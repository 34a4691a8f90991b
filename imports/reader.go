package imports

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Reader reads a CSV file (RFC 4180) row by row. It holds one row at a time, of at most maxRecord bytes.
type Reader struct {
	Header []string
	Notes  []string

	csv    *csv.Reader
	rope   *rope
	n      int64
	shift  int64 // lines before those that csv counts
	secret []int // columns that hold passwords: their cells are dropped at once
	mixed  bool
	inUTF8 bool
}

// Open recognises encoding and separator and reads the header. What makes the file unreadable is a *directory.Error
// for the field "file"; any other error is the reader's.
func Open(r io.Reader) (*Reader, error) {
	text, note, err := decoded(r)
	if err != nil {
		return nil, err
	}
	b := bufio.NewReaderSize(text, sniffed)
	head, err := b.Peek(sniffed)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	out := &Reader{rope: &rope{r: b}, inUTF8: note == ""}
	comma, skip := separator(head, len(head) < sniffed)
	if skip > 0 {
		if _, err := b.Discard(skip); err != nil {
			return nil, err
		}
		out.shift = 1
	}
	if note != "" {
		out.Notes = append(out.Notes, note)
	}
	out.csv = csv.NewReader(out.rope)
	out.csv.Comma, out.csv.FieldsPerRecord = comma, -1
	return out, out.readHeader()
}

func (r *Reader) readHeader() error {
	row, err := r.record()
	switch {
	case errors.Is(err, io.EOF):
		return unreadable("The file is empty. Its first row must name the columns.")
	case err != nil:
		return err
	case row.Fault != "":
		return unreadable("The first row must name the columns, but it cannot be read. " + row.Fault)
	case len(row.Cells) > maxColumns:
		return unreadable(fmt.Sprintf("The file has %d columns. At most %d can be read.", len(row.Cells), maxColumns))
	}
	r.Header = row.Cells
	for i, name := range r.Header {
		r.Header[i] = strings.TrimSpace(name)
		if r.Header[i] == "" {
			r.Header[i] = fmt.Sprintf("Column %d", i+1)
		}
		if isPassword(name) {
			r.secret = append(r.secret, i)
			r.Notes = append(r.Notes, fmt.Sprintf("The column “%s” was left out: passwords are not imported and not stored.", r.Header[i]))
		}
	}
	return nil
}

// Next is the next row that is not empty, or io.EOF.
func (r *Reader) Next() (Row, error) {
	row, err := r.record()
	if err != nil {
		return row, err
	}
	r.n++
	row.N = r.n
	if r.n > MaxRows {
		return row, unreadable(fmt.Sprintf("The file has more than %d rows. Split it and upload the parts one after the other.", MaxRows))
	}
	for i := len(r.Header); i < len(row.Cells) && row.Fault == ""; i++ {
		if strings.TrimSpace(row.Cells[i]) != "" {
			row.Fault = fmt.Sprintf("The row has %d cells and the header %d. Is a value with a separator not in quotation marks?", len(row.Cells), len(r.Header))
		}
	}
	if len(row.Cells) > maxColumns {
		row.Cells = row.Cells[:maxColumns]
	}
	for _, i := range r.secret {
		if i < len(row.Cells) {
			row.Cells[i] = ""
		}
	}
	if row.Fault != "" && len(r.secret) > 0 {
		row.Cells = nil // nobody knows which cell is which
	}
	return row, nil
}

// record reads rows until one has something in it.
func (r *Reader) record() (Row, error) {
	for {
		r.rope.left = maxRecord
		cells, err := r.csv.Read()
		var row Row
		if wrong, ok := errors.AsType[*csv.ParseError](err); ok {
			row.Line, err = int64(wrong.StartLine)+r.shift, nil
			row.Fault = fmt.Sprintf("The quotation marks do not match in the row that begins in line %d of the file and seems to end in line %d.", row.Line, int64(wrong.Line)+r.shift)
		}
		if errors.Is(err, errLong) {
			return row, unreadable(fmt.Sprintf("The row after row %d is longer than %d KiB. A quotation mark that is not closed can be the reason.", r.n, maxRecord>>10))
		}
		if err != nil {
			return row, err
		}
		if len(cells) > 0 && row.Line == 0 {
			line, _ := r.csv.FieldPos(0)
			row.Line = int64(line) + r.shift
		}
		row.Cells = r.tidy(cells)
		if row.Fault != "" || !empty(cells) {
			return row, nil
		}
	}
}

func empty(cells []string) bool {
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return true
}

// tidy makes every cell valid UTF-8 and takes off the apostrophe by which a report of refused rows keeps
// spreadsheets from running a cell as a formula.
func (r *Reader) tidy(cells []string) []string {
	for i, c := range cells {
		if !utf8.ValidString(c) {
			cells[i] = from1252(c)
			if r.inUTF8 && !r.mixed {
				r.mixed = true
				r.Notes = append(r.Notes, noteMixed)
			}
		}
		if len(c) > 1 && c[0] == '\'' && risky(c[1:]) {
			cells[i] = cells[i][1:]
		}
	}
	return cells
}

var errLong = errors.New("row too long")

// rope lets one row have so much of the file and no more, or an open quotation mark would swallow all of it.
type rope struct {
	r    io.Reader
	left int
}

func (p *rope) Read(b []byte) (int, error) {
	if p.left <= 0 {
		return 0, errLong
	}
	n, err := p.r.Read(b[:min(len(b), p.left)])
	p.left -= n
	return n, err
}

// separator guesses what stands between cells from the beginning of the file: whatever gives the first rows the same
// number of cells, and most of them. skip is the length of a first line that only names it, as spreadsheets write.
func separator(head []byte, whole bool) (comma rune, skip int) {
	first, _, _ := bytes.Cut(head, []byte("\n"))
	line := strings.TrimSuffix(string(first), "\r")
	if rest, ok := strings.CutPrefix(strings.ToLower(line), "sep="); ok && len(rest) == 1 && strings.Contains(",;\t|", rest) {
		return rune(rest[0]), min(len(first)+1, len(head))
	}
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
	return best, 0
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
