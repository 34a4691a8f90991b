package db_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"usher/db"
	"usher/directory"
	"usher/scim/filter"
	"usher/scim/schema"
)

// Names that older versions stored go on working, also those that stand in each other's way or that nobody could have today.
func TestOldNamesKeepWorking(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		old := map[string]directory.User{}
		for i, name := range []string{"rene\u0301", "ren\u00e9", "gr\u200bace", "\uff41da", "Bob Smith"} {
			u := w.user("u" + string(rune('a'+i)))
			w.must(db.OldNames(w.Store, name, directory.Key(name), u.ID))
			old[name] = u
		}
		w.must(db.FillNames(w.Store))
		w.must(db.FillNames(w.Store))
		d := &directory.Directory{Store: w.Store, Engine: still{}, Now: time.Now}
		for name, u := range old {
			got, ok, err := w.UserForSignIn(ctx, strings.ToUpper(name))
			w.must(err)
			same(t, name+" signs in", got.ID, u.ID)
			same(t, name+" is found", ok, true)
			same(t, "found by the filter for "+name, w.filtered(t, `userName eq "`+name+`"`), "["+name+"]")
			got.Department = "Navy"
			if _, err := d.UpdateUser(ctx, got, directory.Actor{Kind: directory.ByAdmin}); err != nil {
				t.Errorf("%+q cannot be edited: %v", name, err)
			}
			after, err := w.User(ctx, u.ID)
			w.must(err)
			same(t, "name after the edit", after.UserName, name)
		}
		same(t, "full width by ordinary letters", w.filtered(t, `userName eq "ada"`), "[\uff41da]")
		same(t, "beginning", w.filtered(t, `userName sw "\uff41d"`), "[\uff41da]")
		seen := 0
		for after, more := "", true; more; seen++ {
			p, err := w.Users(ctx, directory.UserFilter{After: after, Limit: 1})
			w.must(err)
			after, more = p.Next, p.Next != ""
		}
		same(t, "names on the pages of the list", seen, len(old))
		for _, name := range []string{"RENE\u0301", "ada", "\uff21DA"} {
			_, _, err := d.CreateUser(ctx, directory.User{UserName: name, Source: directory.Console}, directory.Actor{Kind: directory.ByAdmin})
			wantCode(t, err, directory.Conflict)
		}
		alike, err := w.LookAlikes(ctx, []directory.User{old["gr\u200bace"], {ID: "g", UserName: "grace"}, {ID: "r", UserName: "ren\u00e9"}})
		w.must(err)
		same(t, "grace alone has the look", alike["g"], false)
		same(t, "René is twice", alike["r"], true)
	})
}

func (w *fixture) filtered(t *testing.T, text string) string {
	t.Helper()
	e, err := filter.Parse(schema.User(), text)
	w.must(err)
	p, err := w.FindUsers(ctx, filter.Query{Filter: e, Limit: 10})
	w.must(err)
	return names(p.Items)
}

// still is nobody who waits for targets.
type still struct{}

func (still) Wake() {}
func (still) ProvisionNow(context.Context, string, []directory.Provisioner) []directory.Outcome {
	return nil
}

// However many strangers write an address into their accounts, its owner is found.
func TestAddressOwners(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		for i := range 103 {
			u := person("s" + string(rune('a'+i/26)) + string(rune('a'+i%26)))
			u.Source = directory.JIT
			u.SetEmail("Ada@bücher.example")
			w.must(w.CreateUser(ctx, u, change(at), time.Time{}))
		}
		ada := person("ada")
		ada.SetEmail("ada@xn--bcher-kva.example")
		w.must(w.CreateUser(ctx, ada, change(at), time.Time{}))
		owners, err := w.AddressOwners(ctx, "ADA@BÜCHER.example", 2)
		w.must(err)
		same(t, "owners", names(owners), "[ada]")
		u, ok, err := w.UserForSignIn(ctx, "ada@bücher.example")
		w.must(err)
		same(t, "signs in", u.ID, ada.ID)
		same(t, "found", ok, true)
	})
}
