package directory

import "context"

// CreateConnection adds an empty connection.
func (d *Directory) CreateConnection(ctx context.Context, n Connection, by Actor) (Connection, error) {
	if n.Type == "" {
		n.Type = CustomConnector
	}
	if err := n.Check().Err(); err != nil {
		return n, err
	}
	n.ID = NewID()
	c := d.Change(by, ActionConnectionCreate, n.ID, n.Name)
	n.CreatedAt, n.UpdatedAt = c.At, c.At
	return n, d.Store.CreateConnection(ctx, n, c)
}

// UpdateConnection renames or describes it.
func (d *Directory) UpdateConnection(ctx context.Context, n Connection, by Actor) error {
	if err := n.Check().Err(); err != nil {
		return err
	}
	return d.Store.UpdateConnection(ctx, n, d.Change(by, ActionConnectionUpdate, n.ID, n.Name))
}

// DeleteConnection removes it with its connectors; accounts at the targets stay as they are, and are not
// managed any more. InUse while a provisioner uses one of its connectors.
func (d *Directory) DeleteConnection(ctx context.Context, n Connection, by Actor) error {
	return d.Store.DeleteConnection(ctx, n.ID, d.Change(by, ActionConnectionDelete, n.ID, n.Name))
}

// CreateConnector adds a connector whose settings were read by connectors.Read.
func (d *Directory) CreateConnector(ctx context.Context, n Connector, by Actor) (Connector, error) {
	n.ID = NewID()
	c := d.Change(by, ActionConnectorCreate, n.ID, n.Connection)
	n.CreatedAt, n.UpdatedAt = c.At, c.At
	err := d.Store.CreateConnector(ctx, n, c)
	d.Engine.Wake()
	return n, err
}

// UpdateConnector writes its settings and its toggle; saving ends a quarantine and revives what was given up. Settings
// that point to another target than before need n.Retarget when accounts are remembered: Invalid without.
func (d *Directory) UpdateConnector(ctx context.Context, n Connector, by Actor) error {
	n, was, err := d.retarget(ctx, n)
	if err != nil {
		return err
	}
	err = d.Store.UpdateConnector(ctx, n, was, d.Change(by, ActionConnectorUpdate, n.ID, n.Connection))
	d.Engine.Wake()
	return err
}

// DeleteConnector removes it; InUse while a provisioner uses it.
func (d *Directory) DeleteConnector(ctx context.Context, n Connector, by Actor) error {
	return d.Store.DeleteConnector(ctx, n.ID, d.Change(by, ActionConnectorDelete, n.ID, n.Connection))
}

// CreateProvisioner begins to send the organisation's users, the existing ones included.
func (d *Directory) CreateProvisioner(ctx context.Context, p Provisioner, by Actor) (Provisioner, error) {
	if err := p.Check().Err(); err != nil {
		return p, err
	}
	p.ID = NewID()
	c := d.Change(by, ActionProvisionerCreate, p.ID, p.Connection)
	p.CreatedAt, p.UpdatedAt = c.At, c.At
	err := d.Store.CreateProvisioner(ctx, p, c)
	d.Engine.Wake()
	return p, err
}

// UpdateProvisioner changes how it sends.
func (d *Directory) UpdateProvisioner(ctx context.Context, p Provisioner, by Actor) error {
	if err := p.Check().Err(); err != nil {
		return err
	}
	err := d.Store.UpdateProvisioner(ctx, p, d.Change(by, ActionProvisionerUpdate, p.ID, p.Connection))
	d.Engine.Wake()
	return err
}

// DeleteProvisioner stops sending. Accounts at the target stay as they are.
func (d *Directory) DeleteProvisioner(ctx context.Context, p Provisioner, by Actor) error {
	return d.Store.DeleteProvisioner(ctx, p.ID, d.Change(by, ActionProvisionerDelete, p.ID, p.Connection))
}

// Resync looks at every account of the provisioner again and says how many there are.
func (d *Directory) Resync(ctx context.Context, p Provisioner, by Actor) (int, error) {
	n, err := d.Store.Resync(ctx, p.ConnectorID, d.Change(by, ActionProvisionerResync, p.ID, p.Connection))
	d.Engine.Wake()
	return n, err
}
