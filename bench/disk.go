package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
)

// diskShare is what a table or an index takes on the disk.
type diskShare struct {
	Name    string  `json:"name"`
	PerUser float64 `json:"per_user_bytes"`
}

// smallShare is how many bytes a user a table or an index must take to be told apart from the rest.
const smallShare = 1.0

// readDisk measures the file of a database that nobody has open any more: with its last connection SQLite moves the
// write-ahead log into it. Shares are whole pages, the largest first; they and what is too small to be among them add up
// to the file.
func readDisk(ctx context.Context, file string, users int) (perUser float64, shares []diskShare, err error) {
	if _, err := os.Stat(file + "-wal"); !errors.Is(err, os.ErrNotExist) {
		return 0, nil, errors.Join(errors.New("the write-ahead log is not in the database yet"), err)
	}
	info, err := os.Stat(file)
	if err != nil {
		return 0, nil, err
	}
	perUser = float64(info.Size()) / float64(users)
	d, err := sql.Open("sqlite", "file:"+file+"?mode=ro")
	if err != nil {
		return 0, nil, err
	}
	defer d.Close()
	rows, err := d.QueryContext(ctx, `SELECT name, sum(pgsize) FROM dbstat GROUP BY name ORDER BY 2 DESC, 1`)
	if err != nil {
		return 0, nil, fmt.Errorf("measure tables: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var s diskShare
		if err := rows.Scan(&s.Name, &s.PerUser); err != nil {
			return 0, nil, err
		}
		if s.PerUser /= float64(users); s.PerUser >= smallShare {
			shares = append(shares, s)
		}
	}
	return perUser, shares, rows.Err()
}

func printDisk(out io.Writer, r syncReport) error {
	if _, err := fmt.Fprintf(out, "disk        %.0f bytes per user\n", r.DiskPerUser); err != nil {
		return err
	}
	for _, s := range r.Disk {
		if _, err := fmt.Fprintf(out, "  %8.0f  %s\n", s.PerUser, s.Name); err != nil {
			return err
		}
	}
	return nil
}
