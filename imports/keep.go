package imports

import (
	"slices"

	"usher/directory"
)

// LeftOut says why a column cannot be chosen; "" when it can.
func (i Import) LeftOut(column int) string {
	switch {
	case column < len(i.Mapping) && i.Mapping[column] != Ignore:
		return ""
	case isSecret(i.Header[column]):
		return "This looks like a password or another secret, so it was not stored."
	case !i.CheckAt.IsZero():
		return "It was not imported, so its cells were not kept. To import it, upload the file again."
	}
	return ""
}

// Kept are the cells of a row that may stay in the database: those of columns that are imported, and before columns
// are chosen all that look like no secret. Of a row that cannot be read nobody knows which cell is which.
func (i Import) Kept(row Row) []string {
	kept := slices.Clone(row.Cells)
	if len(kept) > len(i.Header) && row.Fault == "" {
		kept = kept[:len(i.Header)]
	}
	for k := range kept {
		if looksSecret(kept[k]) || k < len(i.Header) && i.LeftOut(k) != "" {
			kept[k] = ""
		}
	}
	for k := 0; k < len(i.Header) && row.Fault != ""; k++ {
		if i.LeftOut(k) != "" {
			return nil
		}
	}
	return kept
}

// checkKept refuses columns of which nothing is left.
func (i Import) checkKept(m Mapping, wrong directory.FieldErrors) {
	for k, key := range m {
		if words := i.LeftOut(k); key != Ignore && words != "" {
			wrong.Add(Column(k), words)
		}
	}
}
