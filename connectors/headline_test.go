package connectors

import (
	"strings"
	"testing"
)

func TestHeadline(t *testing.T) {
	for name, c := range map[string]struct{ text, line, more string }{
		"no trace":    {"The user at (some) place is taken.\nReally.", "The user at (some) place is taken.\nReally.", ""},
		"empty":       {"", "", ""},
		"java":        {"java.lang.NullPointerException: name is null\n\tat com.acme.Users.create(Users.java:42)\n\t... 23 more", "java.lang.NullPointerException: name is null", "... 23 more"},
		"java, flat":  {"java.lang.IllegalStateException: no seat at com.acme.Users.create(Users.java:42) at com.acme.Main.run(Main.java:7)", "java.lang.IllegalStateException: no seat", "Main.java:7"},
		"net":         {"System.NullReferenceException: Object reference not set.\r\n   at Acme.Users.Create(User u) in C:\\src\\Users.cs:line 12\r\n--- End of stack trace ---", "System.NullReferenceException: Object reference not set.", "Users.cs"},
		"python":      {"Traceback (most recent call last):\n  File \"app.py\", line 3, in create\n    u['userName']\nKeyError: 'userName'\n", "KeyError: 'userName'", "app.py"},
		"js":          {"TypeError: x is undefined\n    at Object.<anonymous> (/srv/app.js:1:2)\n    at /srv/b.js:3:4", "TypeError: x is undefined", "b.js"},
		"php":         {"Uncaught Exception: no\nStack trace:\n#0 /srv/a.php(3): f()", "Uncaught Exception: no", "a.php"},
		"ruby":        {"undefined method 'x' for nil\napp/users.rb:12:in 'create'", "undefined method 'x' for nil", "users.rb"},
		"go":          {"panic: assignment to entry in nil map\n\ngoroutine 1 [running]:\nmain.main()", "panic: assignment to entry in nil map", "main.main"},
		"apex":        {"UserTrigger: execution of AfterInsert\n\ncaused by: System.DmlException: no\n\nTrigger.UserTrigger: line 3, column 1", "UserTrigger: execution of AfterInsert caused by: System.DmlException: no", "line 3"},
		"frames only": {"\tat com.acme.Users.create(Users.java:42)\n\tat com.acme.Main.run(Main.java:7)", "at com.acme.Users.create(Users.java:42)", "Main.java:7"},
	} {
		line, more := Headline(c.text)
		if line != c.line || !strings.Contains(more, c.more) || (c.more == "") != (more == "") {
			t.Errorf("%s: %q and %q", name, line, more)
		}
	}
}
