package db

import (
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"usher/directory"
)

// Stored: never rename.
const (
	settingBranding = "branding"
	settingLogo     = "branding.logo" // media type, a comma, base64
)

// Branding implements directory.BrandingStore.
func (s *Store) Branding(ctx context.Context) (directory.Branding, error) {
	var b directory.Branding
	v, revision, err := s.RevisedSetting(ctx, settingBranding)
	if err == nil && v != "" {
		if err = json.Unmarshal([]byte(v), &b); err != nil {
			err = fmt.Errorf("stored branding: %w", err)
		}
	}
	b.Revision = revision
	return b, err
}

// SaveBranding implements directory.BrandingStore.
func (s *Store) SaveBranding(ctx context.Context, b directory.Branding, logo []byte, c directory.Change) error {
	v, err := json.Marshal(b)
	if err != nil {
		return fmt.Errorf("branding: %w", err)
	}
	return s.tx(ctx, func(tx *sql.Tx) error {
		if err := swapSetting(ctx, tx, settingBranding, string(v), b.Revision, c.At); err != nil {
			return err
		}
		if logo != nil || b.Logo.Hash == "" {
			if err := putSetting(ctx, tx, settingLogo, packLogo(b.Logo.Type, logo)); err != nil {
				return err
			}
		}
		return recordChange(ctx, tx, c)
	})
}

func packLogo(mediaType string, logo []byte) string {
	if logo == nil {
		return ""
	}
	return mediaType + "," + base64.StdEncoding.EncodeToString(logo)
}

// Logo is the picture that Branding describes and its media type, nil when there is none.
func (s *Store) Logo(ctx context.Context) (logo []byte, mediaType string, err error) {
	v, err := s.Setting(ctx, settingLogo)
	if err != nil || v == "" {
		return nil, "", err
	}
	mediaType, text, _ := strings.Cut(v, ",")
	if logo, err = base64.StdEncoding.DecodeString(text); err != nil {
		return nil, "", fmt.Errorf("stored logo: %w", err)
	}
	return logo, mediaType, nil
}
