package imports

import (
	"context"
	"fmt"
	"strings"
	"time"

	"usher/directory"
)

const checkBatch = 500 // rows of a dry run that are judged together

// checkNext judges the next rows and writes nothing else. done says that there were none.
func (im *Importer) checkNext(ctx context.Context, i Import) (next Import, done bool, err error) {
	rows, err := im.Store.ImportRows(ctx, RowFilter{ImportID: i.ID, After: i.Position, Limit: checkBatch})
	if err != nil || len(rows) == 0 {
		return i, err == nil, err
	}
	c := columnsOf(i)
	people, problems := make([]person, len(rows)), make([]*problem, len(rows))
	var keys []string
	seen := map[string]bool{}
	for k, row := range rows {
		people[k], problems[k] = c.read(row)
		addKey(&keys, seen, directory.NameKey(people[k].name))
	}
	f, err := im.facts(ctx, people)
	if err != nil {
		return i, false, err
	}
	if f.earlier, err = im.Store.EarlierRows(ctx, i.ID, rows[0].N, keys); err != nil {
		return i, false, err
	}
	p := Progress{ImportID: i.ID, Lease: i.Lease, Until: im.until(), Position: rows[len(rows)-1].N, Rows: rows}
	for k := range rows {
		rows[k].Name = cutAt(people[k].name, maxCell)
		c.judge(&rows[k], people[k], problems[k], f)
		p.Plan.count(rows[k].Verdict)
	}
	next, err = im.Store.RecordImport(ctx, p)
	return next, false, err
}

func (p *Plan) count(v Verdict) {
	switch v {
	case WillCreate:
		p.Create++
	case WillChange:
		p.Change++
	case Same:
		p.Same++
	default:
		p.Refuse++
	}
}

// judge says what will become of a row.
func (c columns) judge(row *Row, p person, wrong *problem, f facts) {
	key := directory.NameKey(p.name)
	row.Verdict, row.Field, row.Words = WillRefuse, "", ""
	if wrong == nil {
		if n, twice := f.earlier[key]; twice {
			wrong = &problem{keyName, fmt.Sprintf("Row %d has the same user name.", n)}
		}
	}
	if key != "" {
		if _, ok := f.earlier[key]; !ok {
			f.earlier[key] = row.N
		}
	}
	if wrong == nil {
		wrong = c.unknownGroups(p, f)
	}
	if wrong == nil {
		wrong = c.plan(row, p, f)
	}
	if wrong != nil {
		row.Verdict, row.Field, row.Words = WillRefuse, wrong.field, wrong.words
	}
}

func (c columns) unknownGroups(p person, f facts) *problem {
	missing := f.unknown(p)
	if len(missing) == 0 || c.unknown == CreateUnknown {
		return nil
	}
	return &problem{keyGroups, fmt.Sprintf("There is no group “%s”.", cutAt(strings.Join(missing, "”, “"), 200))}
}

// plan tells a new user from one to change or to leave.
func (c columns) plan(row *Row, p person, f facts) *problem {
	u, exists := f.named(p.name)
	if !exists {
		u = c.user(p)
		row.Verdict = WillCreate
		if missing := f.unknown(p); len(missing) > 0 {
			row.Words = cutAt("Creates the group "+strings.Join(missing, ", "), 400)
		}
		return refusal(&u, directory.User{})
	}
	if c.existing == OnlyCreate {
		row.Verdict, row.Words = Same, "The user exists and is left as is."
		return nil
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

func (im *Importer) until() time.Time { return im.Now().Add(im.leaseFor()) }
