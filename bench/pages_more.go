package main

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"usher/auth/oidc"
	"usher/directory"
	"usher/imports"
	"usher/views"
)

// What a site has beside users and accounts.
const (
	leastGroups = 100
	mostInGroup = 100     // but for the one with everybody
	logDays     = 2       // that the log goes back
	importRows  = 100_000 // at most: a large site has had large files
)

// groupSize is how many members a group has.
func (f *pagesFiller) groupSize() int { return max(1, min(mostInGroup, f.size/leastGroups)) }

// groups are one for each hundred users, and one with everybody in it, who are members of it at the target as well.
func (f *pagesFiller) groups(ctx context.Context) error {
	d := f.console.Directory
	var err error
	if f.group, err = d.CreateGroup(ctx, directory.Group{DisplayName: "Group " + fillDigits}, []string{f.model.ID}, benchActor); err != nil {
		return err
	}
	everybody, err := d.CreateGroup(ctx, directory.Group{DisplayName: "Everybody"}, nil, benchActor)
	if err != nil {
		return err
	}
	if err := d.SetScope(ctx, directory.Connection{ID: f.values["{spare}"], Name: "Spare"}, []string{everybody.ID}, benchActor); err != nil {
		return err
	}
	f.values["{group}"] = everybody.ID
	of := f.groupSize()
	last := (f.size - 1) / of
	for _, t := range [][2]string{{"user_groups", "id"}, {"group_terms", "group_id"}, {"accounts", `kind = 'group' AND resource_id`}} {
		special := map[string]string{}
		if t[0] == "accounts" {
			special = map[string]string{"state": "", "held_at": `CASE WHEN i % 50 = 1 THEN due_at END`, "held_remote_id": `'g' || ` + digits, "held_reason": `'A group is in the way.'`, "adoptable": `i % 50 = 1`}
		}
		if err := f.copies(ctx, t[0], t[1], f.group.ID, last, special); err != nil {
			return err
		}
	}
	err = f.chunks(ctx, f.size-1, func(tx *sql.Tx, from, to int) error {
		_, err := tx.ExecContext(ctx, numbers+`INSERT INTO group_members (group_id, user_id) SELECT CAST($3 AS TEXT), `+userID(`$4`)+` FROM n
			UNION ALL SELECT CASE WHEN i < $6 THEN CAST($5 AS TEXT) ELSE substr($5, 1, 24) || '00000' || substr(CAST(10000000 + i / $6 AS TEXT), 2) END, `+userID(`$4`)+` FROM n`,
			from, to, everybody.ID, f.model.ID, f.group.ID, of)
		if err == nil {
			_, err = tx.ExecContext(ctx, numbers+`INSERT INTO pushed_members (connector_id, group_id, user_id, remote_id, sure)
				SELECT CAST($3 AS TEXT), CAST($4 AS TEXT), `+userID(`$5`)+`, 'r' || `+digits+`, TRUE FROM n WHERE i % 100 >= 16`, from, to, f.connector, everybody.ID, f.model.ID)
		}
		return err
	})
	if err == nil {
		_, err = f.sql.ExecContext(ctx, `UPDATE user_groups SET members = (SELECT count(*) FROM group_members m WHERE m.group_id = user_groups.id)`)
	}
	return err
}

// userID is the ID of the user with the number i, of whom the model is the first.
func userID(model string) string {
	return strings.ReplaceAll(copiedID("model"), "model", `CAST(`+model+` AS TEXT)`)
}

// lines are the log of the last days, one about each user at least, with whatever outcome.
func (f *pagesFiller) lines(ctx context.Context) error {
	n := max(f.size, f.leastLines)
	step := logDays * 24 * time.Hour / time.Duration(n)
	began := time.Now().Add(-logDays * 24 * time.Hour)
	at := fmt.Sprintf(`(%d + i * %d)`, began.UnixMicro(), step.Microseconds())
	hex := `printf('%012x', ` + at + ` / 1000)`
	if f.data.Engine() == "postgres" {
		hex = `lpad(to_hex(` + at + ` / 1000), 12, '0')`
	}
	other := fmt.Sprintf(`(i %% %d)`, f.size) // the user's number
	ofUser := strings.ReplaceAll(digits, "i AS", other+" AS")
	special := map[string]string{
		"id": `substr(` + hex + `, 1, 8) || '-' || substr(` + hex + `, 9, 4) || '-7000-8000-00000' || ` + digits, "at": at,
		"user_id": `substr(user_id, 1, 24) || '00000' || ` + ofUser, "user_name": `'user' || ` + ofUser, "user_name_key": `'user' || ` + ofUser,
		"target":    "target",
		"outcome":   `CASE i % 20 WHEN 1 THEN 'failed' WHEN 2 THEN 'held' WHEN 3 THEN 'retry' ELSE outcome END`,
		"operation": `CASE i % 10 WHEN 4 THEN 'update' WHEN 5 THEN 'find' ELSE operation END`,
		"error":     `CASE WHEN i % 20 IN (1, 2, 3) THEN 'The target refuses it.' ELSE error END`,
	}
	if err := f.copies(ctx, "attempts", "user_id", f.model.ID, n, special); err != nil {
		return err
	}
	if _, err := f.sql.ExecContext(ctx, `DELETE FROM log_counts`); err != nil {
		return err
	}
	_, err := f.sql.ExecContext(ctx, `INSERT INTO log_counts (hour, outcome, part, n)
		SELECT at / 3600000000, outcome, 0, count(*) FROM attempts GROUP BY at / 3600000000, outcome`)
	return err
}

// left are accounts that the connector does not keep in step any more, one for each ten users.
func (f *pagesFiller) left(ctx context.Context) error {
	return f.chunks(ctx, f.size/10, func(tx *sql.Tx, from, to int) error {
		_, err := tx.ExecContext(ctx, numbers+`INSERT INTO left_accounts (connector_id, kind, resource_id, remote_id, name, origin, reason, left_at, change_id)
			SELECT CAST($3 AS TEXT), 'user', 'left' || `+digits+`, 'l' || `+digits+`, 'left' || `+digits+`, 'created', 'disabled', i, '' FROM n`, from, to, f.connector)
		return err
	})
}

// file is an import whose rows were checked: of twenty, one is refused and one is warned of.
func (f *pagesFiller) file(ctx context.Context) error {
	now := time.Now()
	rows := min(f.size, importRows)
	i := imports.Import{ID: directory.NewID(), FileName: "people.csv", Header: []string{"login"}, Mapping: imports.Mapping{"userName"}, Existing: imports.OnlyCreate,
		Unknown: imports.RefuseUnknown, Alike: imports.SkipAlike, Rows: int64(rows), Actor: benchActor, CreatedAt: now, SeenAt: now}
	if err := f.data.CreateImport(ctx, i); err != nil {
		return err
	}
	const atOnce = 500
	for n := 0; n < rows; n += atOnce {
		var some []imports.Row
		for k := n + 1; k <= min(n+atOnce, rows); k++ {
			some = append(some, imports.Row{N: int64(k), Line: int64(k + 1), Cells: []string{fmt.Sprintf("new%07d", k)}})
		}
		if err := f.data.AddImportRows(ctx, i.ID, some, now); err != nil {
			return err
		}
	}
	c := directory.Change{ID: directory.NewID(), At: now, Actor: benchActor, Action: imports.ActionUpload, Target: i.ID, Label: i.FileName}
	if err := f.data.FinishUpload(ctx, i, c); err != nil {
		return err
	}
	if err := f.data.MapImport(ctx, i, i.Mapping, now); err != nil {
		return err
	}
	f.values["{import}"] = i.ID
	_, err := f.sql.ExecContext(ctx, `UPDATE import_rows SET name = 'new', verdict = CASE n % 20 WHEN 1 THEN 'refuse' ELSE 'create' END, words = CASE WHEN n % 20 IN (1, 2) THEN 'The name is taken.' ELSE '' END,
		cause = CASE WHEN n % 20 IN (1, 2) THEN 'The name is taken.' ELSE '' END WHERE import_id = $1`, i.ID)
	if err == nil {
		_, err = f.sql.ExecContext(ctx, `UPDATE imports SET checked_at = $2, wiped_at = $2, position = row_count, creates = row_count - row_count / 20, refusals = row_count / 20,
			warned = row_count / 20 WHERE id = $1`, i.ID, now.UnixMicro())
	}
	return err
}

// rest is one of whatever else a page shows, and what stands for the parameters of routes.
func (f *pagesFiller) rest(ctx context.Context) error {
	id := func(model string, n int) string { return fmt.Sprintf("%s00000%07d", model[:24], n) }
	for name, value := range map[string]string{"{id}": id(f.model.ID, f.size/2), "{user}": id(f.model.ID, f.size/2), "{helduser}": id(f.model.ID, 1), "{heldgroup}": id(f.group.ID, 1),
		"{last}": fmt.Sprintf("%07d", f.size-1), "{middle}": fmt.Sprintf("%07d", f.size/2), "{lastgroup}": fmt.Sprintf("%07d", (f.size-1)/f.groupSize()),
		"{middlegroup}": fmt.Sprintf("%07d", f.size/f.groupSize()/2), "{leftafter}": fmt.Sprintf("%d.left%07d", f.size/20, f.size/20)} {
		f.values[name] = value
	}
	var middle string
	err := f.sql.QueryRowContext(ctx, `SELECT id FROM attempts ORDER BY id LIMIT 1 OFFSET $1`, max(f.size, f.leastLines)/2).Scan(&middle)
	if err != nil {
		return err
	}
	f.values["{line}"], f.values["{middleline}"] = middle, middle
	provider := directory.Connection{ID: directory.NewID(), Name: "Provider"}
	in := oidc.SignIn{ConnectionID: provider.ID, Issuer: "https://idp.example.com", ClientID: "bench", Scopes: oidc.DefaultScopes, Settings: oidc.NewSettings()}
	if _, err := f.console.OIDC.Create(ctx, provider, in, benchActor); err != nil {
		return err
	}
	f.values["{provider}"] = provider.ID
	if err := f.console.SignUp.Invite(ctx, f.model); err != nil {
		return err
	}
	mails, _, err := f.data.Outbox(ctx, "", 1)
	if err != nil || len(mails) == 0 {
		return cmp.Or(err, errors.New("no mail was sent"))
	}
	f.values["{mail}"] = mails[0].ID
	w := f.send(ctx, http.MethodPost, "/connections/"+f.values["{spare}"]+"/connectors/new", url.Values{"kind": {"scim2"},
		views.SettingName("base_url"): {"https://target.example.com/scim"}, views.SettingName("auth_mode"): {"bearer"}, views.SettingName("token"): {"x"}})
	if w.Code != http.StatusSeeOther {
		return fmt.Errorf("a draft of a connector was answered with %d", w.Code)
	}
	f.values["{draft}"] = path.Base(w.Header().Get("Location"))
	return nil
}

// analyze does what PostgreSQL's autovacuum would, a little later.
func (f *pagesFiller) analyze(ctx context.Context) error {
	if f.data.Engine() != "postgres" {
		return nil
	}
	_, err := f.sql.ExecContext(ctx, `VACUUM ANALYZE`)
	return err
}
