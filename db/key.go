package db

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// CheckKeyFile refuses a key file that is missing beside a database that was made with a key: a new key would open
// nothing that is sealed there. What else is wrong with the database is told when it is opened.
func CheckKeyFile(ctx context.Context, dsn, keyFile string) error {
	if _, err := os.Stat(keyFile); !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	driver := "pgx"
	if !strings.HasPrefix(dsn, "postgres://") && !strings.HasPrefix(dsn, "postgresql://") {
		path := strings.TrimPrefix(strings.TrimPrefix(dsn, "file:"), "//")
		path, _, _ = strings.Cut(path, "?")
		if info, err := os.Stat(path); err != nil || info.Size() == 0 {
			return nil
		}
		driver, dsn = "sqlite", (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}).String()+"?_pragma=busy_timeout(10000)&_pragma=query_only(ON)"
	}
	d, err := sql.Open(driver, dsn)
	if err != nil {
		return nil // opening it says so
	}
	defer d.Close()
	var sealed string
	if d.QueryRowContext(ctx, `SELECT value FROM settings WHERE name = $1`, settingCanary).Scan(&sealed) != nil {
		return nil
	}
	return fmt.Errorf("the key file %s is missing, and the secrets in this database were sealed with the key in it. "+
		"Put the file back, from a backup if need be, or set USHER_KEY to its key. No new key was made", keyFile)
}

// LoadKey makes the ring from keyEnv, the value of USHER_KEY, or, when that is empty, from the key file, which is
// made with mode 0600 when it is missing. Both hold keys of 32 bytes in hex or base64, separated by white space
// or commas; the first seals.
func LoadKey(keyEnv, keyFile string) (Ring, error) {
	if keyEnv != "" {
		r, err := parseKeys(keyEnv)
		if err != nil {
			return Ring{}, fmt.Errorf("USHER_KEY: %w", err)
		}
		return r, nil
	}
	if keyFile == "" {
		return Ring{}, errors.New("no data key: set USHER_KEY or name a key file")
	}
	r, err := readKeyFile(keyFile)
	if errors.Is(err, fs.ErrNotExist) {
		if err := makeKeyFile(keyFile); err != nil {
			return Ring{}, fmt.Errorf("make key file %s: %w", keyFile, err)
		}
		r, err = readKeyFile(keyFile)
	}
	if err != nil {
		return Ring{}, fmt.Errorf("key file %s: %w", keyFile, err)
	}
	return r, nil
}

func readKeyFile(path string) (Ring, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Ring{}, err
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return Ring{}, fmt.Errorf("others can read or write it (mode %04o), so its key is not safe; run: chmod 600 %s", mode, path)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return Ring{}, err
	}
	return parseKeys(string(b))
}

// makeKeyFile writes the key aside and links it into place: no reader meets half a key, and of two processes
// that start together one wins and both read the same file.
func makeKeyFile(path string) error {
	key := make([]byte, KeySize)
	_, _ = rand.Read(key)                                         // never fails
	tmp, err := os.CreateTemp(filepath.Dir(path), ".usher-key-*") // mode 0600, O_EXCL
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.WriteString(base64.StdEncoding.EncodeToString(key) + "\n")
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	if err := os.Link(tmp.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// syncDir makes a new name survive a power cut: without its key the database is lost.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func parseKeys(text string) (Ring, error) {
	var keys [][]byte
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(", \t\r\n", r) }) {
		k, ok := decodeKey(word)
		if !ok {
			return Ring{}, errors.New("this is not a data key: a key is 32 bytes in hex (64 digits) or base64 (44 characters). " +
				"Make one with: openssl rand -base64 32")
		}
		keys = append(keys, k)
	}
	if len(keys) == 0 {
		return Ring{}, errors.New("it is empty. Make a key with: openssl rand -base64 32")
	}
	return NewRing(keys...)
}

func decodeKey(word string) ([]byte, bool) {
	for _, decode := range []func(string) ([]byte, error){hex.DecodeString, base64.StdEncoding.DecodeString,
		base64.RawStdEncoding.DecodeString, base64.URLEncoding.DecodeString, base64.RawURLEncoding.DecodeString} {
		if k, err := decode(word); err == nil && len(k) == KeySize {
			return k, true
		}
	}
	return nil, false
}
