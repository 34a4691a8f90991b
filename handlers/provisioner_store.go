package handlers

import (
	"context"

	"usher/directory"
)

// provisionerStore is what the pages of provisioners read, beside connectionStore.
type provisionerStore interface {
	Provisioners(ctx context.Context) ([]directory.Provisioner, error)
	Provisioner(ctx context.Context, id string) (directory.Provisioner, error)
}
