package handlers

import (
	"encoding/json"
	"net/http"

	"usher/views/ui"
)

// flashValue is the session value of the message for the next page. Stored: never rename.
const flashValue = "flash"

// flash leaves a message that the next page shows once. Without a session there is nowhere to leave it.
func flash(r *http.Request, f ui.Flash) {
	v := visitOf(r)
	if v.session == nil || v.session.ID == "" {
		return
	}
	b, err := json.Marshal(f)
	if err != nil {
		return // three strings always encode
	}
	v.session.Values[flashValue] = string(b)
	v.changed = true
}

func (v *visit) takeFlash() *ui.Flash {
	if v.session == nil {
		return nil
	}
	text, ok := v.session.Values[flashValue].(string)
	if !ok {
		return nil
	}
	delete(v.session.Values, flashValue)
	v.changed = true
	var f ui.Flash
	if json.Unmarshal([]byte(text), &f) != nil {
		return nil // written by another version: not worth an error page
	}
	return &f
}
