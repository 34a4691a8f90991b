package imports

// First are the rows that columns are guessed by.
func (r *Reader) First() [][]string { return r.first }
