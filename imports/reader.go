package imports

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// Reader reads a CSV file (RFC 4180) row by row. It holds one row at a time, of at most maxRecord bytes.
type Reader struct {
	Header []string
	Notes  []string

	csv     *csv.Reader
	rope    *rope
	n       int64
	shift   int64        // lines before those that csv counts
	secret  map[int]bool // columns that hold secrets: their cells are dropped at once
	hashes  bool         // a cell elsewhere was dropped, too
	mixed   bool
	inUTF8  bool
	first   [][]string // cells of the first rows, to guess by
	example bool       // the next row may be the example of a template
}

// Open recognises encoding, ends of lines and separator, and reads the header. What makes the file unreadable is a
// *directory.Error for the field "file"; any other error is the reader's.
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
	b = unixLines(b, head)
	if head, err = b.Peek(sniffed); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	out := &Reader{rope: &rope{r: b}, inUTF8: note == "", secret: map[int]bool{}}
	first := preamble(head)
	comma := first.comma
	if comma == 0 {
		comma = separator(head[first.bytes:], len(head) < sniffed)
	}
	if first.bytes > 0 {
		if _, err := b.Discard(first.bytes); err != nil {
			return nil, err
		}
		out.shift, out.example = 1, first.version
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
	var left []string
	for i, name := range r.Header {
		r.Header[i] = trimmed(name)
		if r.Header[i] == "" {
			r.Header[i] = fmt.Sprintf("Column %d", i+1)
		}
		if isSecret(name) {
			r.secret[i] = true
			left = append(left, "“"+cutAt(r.Header[i], 60)+"”")
		}
	}
	r.Notes = append(r.Notes, leftOut(left)...)
	return nil
}

// leftOut says which columns are not read, in one sentence.
func leftOut(names []string) []string {
	switch len(names) {
	case 0:
		return nil
	case 1:
		return []string{"The column " + names[0] + " was left out: passwords and other secrets are not imported and not stored. If it holds something else, give it another name and upload the file again."}
	}
	return []string{"The columns " + strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1] +
		" were left out: passwords and other secrets are not imported and not stored. If one holds something else, give it another name and upload the file again."}
}

const (
	noteHashes  = "Some cells looked like the hash of a password, or like a key. They were left out and not stored."
	noteExample = "The example row of the template was left out."
)

// Next is the next row that is not empty, or io.EOF.
func (r *Reader) Next() (Row, error) {
	row, err := r.record()
	if err != nil {
		return row, err
	}
	if r.example {
		r.example = false
		if len(row.Cells) > 0 && strings.HasPrefix(strings.ToLower(row.Cells[0]), "example:") {
			r.Notes = append(r.Notes, noteExample)
			return r.Next()
		}
	}
	r.n++
	row.N = r.n
	if r.n > MaxRows {
		return row, unreadable(fmt.Sprintf("The file has more than %d rows. Split it and upload the parts one after the other.", MaxRows))
	}
	for i := len(r.Header); i < len(row.Cells) && row.Fault == ""; i++ {
		if trimmed(row.Cells[i]) != "" {
			row.Fault = fmt.Sprintf("The row has %d cells and the header %d. Is a value with a separator not in quotation marks?", len(row.Cells), len(r.Header))
		}
	}
	if len(row.Cells) > maxColumns {
		row.Cells = row.Cells[:maxColumns]
	}
	r.dropSecrets(&row)
	if len(r.first) < guessRows && row.Fault == "" {
		r.first = append(r.first, slices.Clone(row.Cells))
	}
	return row, nil
}

const guessRows = 20

// dropSecrets empties what must not be kept. Of a row that cannot be read nobody knows which cell is which.
func (r *Reader) dropSecrets(row *Row) {
	found := false
	for i, c := range row.Cells {
		if looksSecret(c) {
			row.Cells[i], found = "", true
		} else if r.secret[i] {
			row.Cells[i] = ""
		}
	}
	if found && !r.hashes {
		r.hashes = true
		r.Notes = append(r.Notes, noteHashes)
	}
	if row.Fault != "" && (found || len(r.secret) > 0) {
		row.Cells = nil
	}
}

// faultCause is a row's fault without the numbers that are this row's alone.
func faultCause(fault string) string {
	if strings.HasPrefix(fault, "The quotation marks") {
		return "The quotation marks do not match. A quotation mark inside a value is written twice."
	}
	return "The row has more cells than the header. Is a value with a separator not in quotation marks?"
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
		if trimmed(c) != "" {
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
