package db_test

import (
	"strings"
	"testing"

	"usher/directory"
)

// groupsSent claims what is due and gives the groups that each user comes with.
func (w *fixture) groupsSent() map[string]string {
	w.t.Helper()
	got := map[string]string{}
	for _, task := range w.claimAt(at) {
		got[task.User.UserName] = strings.Join(task.User.Groups, ",")
		w.record(at, created(task, "remote "+task.UserID))
	}
	return got
}

// Whatever changes the names of somebody's groups makes the accounts due whose mapping may send them, and no others.
func TestGroupNamesOfTasks(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		ada, bob := w.user("ada"), w.user("bob")
		zoo := w.group("Zoo", ada)
		w.recordDue()
		w.update(zoo, directory.MemberChange{Add: []string{bob.ID}})
		wantDue(t, "nothing sends groups", w.groupsSent())

		w.must(w.SetMapping(ctx, w.connector.ID, 0, directory.Mapping{"title": {Expression: `user.groups.join(", ")`}}, change(at)))
		wantDue(t, "a new mapping", w.groupsSent(), "ada Zoo", "bob Zoo")
		w.group("Ant", bob)
		wantDue(t, "a new group", w.groupsSent(), "bob Ant,Zoo")
		w.update(zoo, directory.MemberChange{Remove: []string{ada.ID}})
		wantDue(t, "left", w.groupsSent(), "ada ")
		_, err := w.SetGroupsOf(ctx, ada.ID, []string{zoo.ID}, change(at))
		w.must(err)
		wantDue(t, "moved", w.groupsSent(), "ada Zoo")
		zoo.DisplayName, zoo.Version = "Yard", 0
		w.update(zoo, directory.MemberChange{})
		wantDue(t, "renamed", w.groupsSent(), "ada Yard", "bob Ant,Yard")
		w.must(w.DeleteGroup(ctx, zoo.ID, change(at)))
		wantDue(t, "deleted", w.groupsSent(), "ada ", "bob Ant")
	})
}
