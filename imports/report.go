package imports

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// risky reports a cell that a spreadsheet would run as a formula. Some take the full-width forms for the same signs
// (https://owasp.org/www-community/attacks/CSV_Injection).
func risky(cell string) bool {
	first, _ := utf8.DecodeRuneInString(cell)
	return cell != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", first)
}

// guarded is the cell with an apostrophe before what a spreadsheet would run; Open takes it off again.
func guarded(cell string) string {
	if risky(cell) {
		return "'" + cell
	}
	return cell
}

const reportBatch = 500

// Report writes the refused rows as CSV (RFC 4180, UTF-8 with a byte order mark so that spreadsheets read it right):
// the file's own columns, then line and reason. It reads reportBatch rows at a time.
func (im *Importer) Report(ctx context.Context, i Import, w io.Writer) error {
	if _, err := io.WriteString(w, "\uFEFF"); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	head := make([]string, 0, len(i.Header)+2)
	for _, name := range i.Header {
		head = append(head, guarded(name))
	}
	if err := out.Write(append(head, "line", "reason")); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	f := RowFilter{ImportID: i.ID, Verdicts: []Verdict{WillRefuse, Refused}, Limit: reportBatch}
	for {
		rows, err := im.Store.ImportRows(ctx, f)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if err := out.Write(line(i, row)); err != nil {
				return fmt.Errorf("write report: %w", err)
			}
			f.After = row.N
		}
		out.Flush()
		if err := out.Error(); err != nil {
			return fmt.Errorf("write report: %w", err)
		}
		if len(rows) < reportBatch {
			return nil
		}
	}
}

func line(i Import, row Row) []string {
	cells := make([]string, len(i.Header), len(i.Header)+2)
	for k := range cells {
		if k < len(row.Cells) {
			cells[k] = guarded(row.Cells[k])
		}
	}
	return append(cells, strconv.FormatInt(row.Line, 10), guarded(row.Why()))
}

// Why is the row's words with the attribute that they are about.
func (r Row) Why() string {
	if r.Field == "" || r.Words == "" {
		return r.Words
	}
	return labelOf(r.Field) + ": " + r.Words
}
