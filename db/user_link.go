package db

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"usher/auth/signup"
	"usher/directory"
	"usher/mail"
)

const linkColumns = `token_hash, user_id, purpose, email, created_at, expires_at`

func scanUserLink(row scanner) (signup.Link, error) {
	var l signup.Link
	var created, expires sql.NullInt64
	err := row.Scan(&l.TokenHash, &l.UserID, &l.Purpose, &l.Email, &created, &expires)
	l.CreatedAt, l.ExpiresAt = timeOf(created), timeOf(expires)
	return l, err
}

// SaveUserLink implements signup.Links.
func (s *Store) SaveUserLink(ctx context.Context, l signup.Link, m signup.Mail) error {
	return s.withMail(ctx, m, l.CreatedAt, func(tx *sql.Tx) (bool, error) {
		if _, err := tx.ExecContext(ctx, `DELETE FROM user_links WHERE user_id = $1 AND purpose = $2`, l.UserID, string(l.Purpose)); err != nil {
			return false, fmt.Errorf("replace link: %w", err)
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO user_links (`+linkColumns+`) VALUES ($1, $2, $3, $4, $5, $6)`,
			l.TokenHash, l.UserID, string(l.Purpose), l.Email, l.CreatedAt.UnixMicro(), l.ExpiresAt.UnixMicro())
		if err != nil {
			return false, fmt.Errorf("save link: %w", err)
		}
		return true, nil
	})
}

const linkHolds = ` WHERE token_hash = $1 AND expires_at > $2`

// UserLink implements signup.Links.
func (s *Store) UserLink(ctx context.Context, tokenHash string, now time.Time) (signup.Link, bool, error) {
	l, err := scanUserLink(s.r.QueryRowContext(ctx, `SELECT `+linkColumns+` FROM user_links`+linkHolds, tokenHash, now.UnixMicro()))
	return maybe(l, err, "read link")
}

// TakeUserLink implements signup.Links.
func (s *Store) TakeUserLink(ctx context.Context, tokenHash string, now time.Time) (signup.Link, bool, error) {
	l, err := scanUserLink(s.w.QueryRowContext(ctx, `DELETE FROM user_links`+linkHolds+` RETURNING `+linkColumns, tokenHash, now.UnixMicro()))
	return maybe(l, err, "use link")
}

// SendMail implements signup.Links.
func (s *Store) SendMail(ctx context.Context, l signup.Mail, now time.Time) error {
	return s.withMail(ctx, l, now, func(*sql.Tx) (bool, error) { return true, nil })
}

// SkipMail implements signup.Links. It counts, since a write takes the time that can be measured, but not among the
// address's own mails, which nobody must be able to use up unseen.
func (s *Store) SkipMail(ctx context.Context, to string, now time.Time) error {
	l := signup.Mail{Message: mail.Message{To: "skipped:" + to}, Limited: true}
	return s.withMail(ctx, l, now, func(*sql.Tx) (bool, error) { return false, nil })
}

// withMail runs f and, when f says so, queues the mail in the same transaction. For an address that has had its
// share of mails it does nothing at all, without an error: whoever asks must not learn more than from a mail sent.
func (s *Store) withMail(ctx context.Context, l signup.Mail, now time.Time, f func(*sql.Tx) (send bool, err error)) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		if l.Limited {
			if ok, err := countMail(ctx, tx, l.To, now); err != nil || !ok {
				return err
			}
		}
		if send, err := f(tx); err != nil || !send {
			return err
		}
		return s.queueMail(ctx, tx, l.Message, now)
	})
}

// countMail reports whether the address may have one more mail.
func countMail(ctx context.Context, tx *sql.Tx, to string, now time.Time) (bool, error) {
	n, err := exec(ctx, tx, `INSERT INTO mail_limits (email_key, mails, since) VALUES ($1, 1, $2)
		ON CONFLICT (email_key) DO UPDATE SET
			mails = CASE WHEN mail_limits.since <= $3 THEN 1 ELSE mail_limits.mails + 1 END,
			since = CASE WHEN mail_limits.since <= $3 THEN excluded.since ELSE mail_limits.since END
		WHERE mail_limits.since <= $3 OR mail_limits.mails < $4`,
		directory.Mailbox(to), now.UnixMicro(), now.Add(-signup.MailsSpan).UnixMicro(), signup.MaxMails)
	if err != nil {
		return false, fmt.Errorf("count mails: %w", err)
	}
	return n == 1, nil
}

// dropLinks forgets the links of a user who is gone; their row may stay until the last account is gone.
func dropLinks(ctx context.Context, tx *sql.Tx, userID string) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM user_links WHERE user_id = $1`, userID); err != nil {
		return fmt.Errorf("drop links of user %s: %w", userID, err)
	}
	return nil
}

// dropPowerfulLinks forgets the links with which their holder could still get the account after its password was
// changed: those that choose another one, and those that give the user another address, where one can be mailed to.
func dropPowerfulLinks(ctx context.Context, tx *sql.Tx, userID string) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM user_links WHERE user_id = $1 AND purpose <> $2`, userID, string(signup.ToVerify)); err != nil {
		return fmt.Errorf("drop links of user %s: %w", userID, err)
	}
	return nil
}
