package provisioning

// SetCrash makes the engine lose results between the remote effect and their record, as a kill would.
func (e *Engine) SetCrash(f func() bool) { e.crash = f }
