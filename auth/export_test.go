package auth

// TakeSlot holds one of the places for running hashes until it is given back.
func (p *Passwords) TakeSlot() (giveBack func()) {
	p.slots <- struct{}{}
	return func() { <-p.slots }
}
