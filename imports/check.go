package imports

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"usher/directory"
)

const checkBatch = 500 // rows of a dry run that are decided about together

// checkNext decides about the next rows and writes nothing else. done says that there were none.
func (im *Importer) checkNext(ctx context.Context, i Import) (next Import, done bool, err error) {
	rows, err := im.Store.ImportRows(ctx, RowFilter{ImportID: i.ID, After: i.Position, Limit: checkBatch})
	if err != nil || len(rows) == 0 {
		return i, err == nil, err
	}
	c := columnsOf(i)
	people, problems := make([]person, len(rows)), make([]*problem, len(rows))
	for k, row := range rows {
		people[k], problems[k] = c.read(row)
	}
	f, err := im.facts(ctx, people)
	if err != nil {
		return i, false, err
	}
	if err := im.earlier(ctx, &f, i.ID, rows[0].N, people); err != nil {
		return i, false, err
	}
	p := Progress{ImportID: i.ID, Lease: i.Lease, Until: im.until(), Position: rows[len(rows)-1].N, Rows: rows}
	for k := range rows {
		rows[k].Name, rows[k].Traits = cutAt(people[k].name, maxCell), people[k].traits()
		c.decide(&rows[k], people[k], problems[k], f)
		p.Plan.count(rows[k])
	}
	next, err = im.Store.RecordImport(ctx, p)
	return next, false, err
}

// earlier reads which lines before the batch have what its rows have.
func (im *Importer) earlier(ctx context.Context, f *facts, id string, before int64, people []person) (err error) {
	for t := range f.earlier {
		var keys []string
		seen := map[string]bool{"": true}
		for _, p := range people {
			if k := p.traits()[t]; !seen[k] {
				seen[k], keys = true, append(keys, k)
			}
		}
		if f.earlier[t], err = im.Store.EarlierRows(ctx, id, before, Trait(t), keys); err != nil {
			return err
		}
	}
	return nil
}

func (p *Plan) count(r Row) {
	switch r.Verdict {
	case WillCreate:
		p.Create++
	case WillChange:
		p.Change++
	case Same:
		p.Same++
	default:
		p.Refuse++
		return
	}
	if r.Cause != "" {
		p.Warn++
	}
}

// decide says what will become of a row, and lets the rows after it know what it has.
func (c columns) decide(row *Row, p person, wrong *problem, f facts) {
	row.Verdict, row.Field, row.Words, row.Cause = WillRefuse, "", "", ""
	if line, twice := f.earlier[ByName][row.Traits[ByName]]; wrong == nil && twice {
		wrong = &problem{keyName, fmt.Sprintf("Line %d has the same user name.", line), "A line before it has the same user name."}
	}
	if wrong == nil {
		wrong = c.unknownGroups(p, f)
	}
	if wrong == nil {
		wrong = c.plan(row, p, f)
	}
	if wrong != nil {
		row.refuse(WillRefuse, wrong)
	}
	for t, key := range row.Traits {
		_, known := f.earlier[t][key]
		if key != "" && !known && (Trait(t) == ByName || row.Verdict == WillCreate || row.Verdict == WillChange) {
			f.earlier[t][key] = row.Line
		}
	}
}

func (row *Row) refuse(v Verdict, wrong *problem) {
	row.Verdict, row.Field, row.Words = v, wrong.field, wrong.words
	row.Cause = Row{Field: wrong.field, Words: cmp.Or(wrong.cause, wrong.words)}.Why()
}

func (c columns) unknownGroups(p person, f facts) *problem {
	missing := f.unknown(p)
	if len(missing) == 0 || c.unknown == CreateUnknown {
		return nil
	}
	return &problem{keyGroups, fmt.Sprintf("There is no group “%s”.", cutAt(strings.Join(missing, "”, “"), 200)), "A group that it names does not exist."}
}

// plan tells a new user from one to change or to leave.
func (c columns) plan(row *Row, p person, f facts) *problem {
	u, exists := f.named(p.name)
	if exists && c.existing == OnlyCreate {
		row.Verdict, row.Words = Same, "The user exists and is left as is."
		return nil
	}
	var own *directory.User
	if exists {
		before := u
		own = &before
	}
	like := c.likeness(p, own, f)
	if like != nil && c.alike == SkipAlike {
		like.words += " " + howToImportAlike
		like.cause += " " + howToImportAlike
		return like
	}
	wrong := c.planFor(row, p, u, exists, f)
	if wrong == nil && (row.Verdict == WillCreate || row.Verdict == WillChange) {
		c.warn(row, p, like)
	}
	return wrong
}

const howToImportAlike = "If this is another person, choose “Import anyway” with the columns."

func (c columns) planFor(row *Row, p person, u directory.User, exists bool, f facts) *problem {
	if !exists {
		u = c.user(p)
		row.Verdict = WillCreate
		if missing := f.unknown(p); len(missing) > 0 {
			row.Words = cutAt("Creates the group "+strings.Join(missing, ", "), 400)
		}
		return refusal(&u, directory.User{})
	}
	was := u
	differs := c.write(p, &u)
	if len(differs) > 0 {
		if wrong := refusal(&u, was); wrong != nil {
			return wrong
		}
	}
	row.Verdict, row.Words = Same, ""
	var parts []string
	if len(differs) > 0 {
		parts = append(parts, strings.Join(differs, ", "))
	}
	if joining := f.joining(p, u.ID); len(joining) > 0 {
		parts = append(parts, "joins "+strings.Join(joining, ", "))
	}
	if len(parts) > 0 {
		row.Verdict, row.Words = WillChange, cutAt(strings.Join(parts, "; "), 400)
	}
	return nil
}

// warn says beside what will be done what a person should look at first.
func (c columns) warn(row *Row, p person, like *problem) {
	warnings := slices.Clone(p.warnings)
	if like != nil {
		warnings = append([]problem{*like}, warnings...)
	}
	if n := len(row.Cells); n < c.width {
		warnings = append(warnings, problem{"", fmt.Sprintf("The row has %d cells and the header %d; the missing ones count as empty.", n, c.width),
			"The row has fewer cells than the header; the missing ones count as empty."})
	}
	for _, w := range warnings {
		said := Row{Field: w.field, Words: w.words}.Why()
		if row.Words != "" {
			said = strings.TrimSuffix(row.Words, ".") + ". " + said
		}
		row.Words = cutAt(said, 400)
		if row.Cause == "" {
			row.Cause = Row{Field: w.field, Words: w.cause}.Why()
		}
	}
}

func (im *Importer) until() time.Time { return im.Now().Add(im.leaseFor()) }
