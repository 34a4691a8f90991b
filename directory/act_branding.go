package directory

import "context"

// BrandingStore keeps how public pages look.
type BrandingStore interface {
	Branding(ctx context.Context) (Branding, error)
	// SaveBranding writes b, unless b.Revision is not the stored one (Conflict), and, when it is not nil, the picture that b.Logo describes. A zero b.Logo forgets the picture.
	SaveBranding(ctx context.Context, b Branding, logo []byte, c Change) error
}

// SaveBranding changes how public pages look. A logo of nil keeps the stored one, unless removeLogo is set. Invalid
// names the fields name, accent and logo; Conflict when b.Revision is not the stored one.
func (d *Directory) SaveBranding(ctx context.Context, b Branding, logo []byte, removeLogo bool, by Actor) error {
	f := b.Check()
	stored, err := d.Store.Branding(ctx)
	if err != nil {
		return err
	}
	switch {
	case logo != nil:
		if b.Logo, err = ReadLogo(logo); err != nil {
			for k, v := range fieldsOf(err) {
				f.Add(k, v)
			}
		}
	case removeLogo:
		b.Logo = Logo{}
	default:
		b.Logo = stored.Logo
	}
	if err := f.Err(); err != nil {
		return err
	}
	return d.Store.SaveBranding(ctx, b, logo, d.Change(by, ActionBrandingUpdate, "", b.Label()))
}
