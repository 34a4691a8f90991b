package provisioning

// SetCrash makes the engine lose results between the remote effect and their record, as a kill would.
func (e *Engine) SetCrash(f func() bool) { e.crash = f }

// Kill ends what is under way without waiting for it, as a kill does; what targets were asked to do goes on there.
func (e *Engine) Kill() { e.stop() }
