package imports_test

import (
	"strings"
	"testing"

	"usher/imports"
)

// Names that are the same to people are one name in a file, too, and marks that nobody sees are named or taken off.
func TestUserNamesOfAFile(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.t = t
		w.run()
		i := w.checked("user name,first name\nren\u00e9,René\nrene\u0301,René\nada,Ada\nada\u200b,Ada\n\ufeffada,Ada\ngr\u200bace,Grace\n\uff41da,Ada\n", imports.CreateAndChange, imports.RefuseUnknown)
		w.same("verdicts", w.verdicts(i), strings.Join([]string{"1 create ren\u00e9", "2 refuse rene\u0301: User name: Line 2 has the same user name.", "3 create ada",
			"4 refuse ada: User name: Line 4 has the same user name.", "5 refuse ada: User name: Line 4 has the same user name.",
			"6 refuse gr\u200bace: User name: A user name cannot contain U+200B ZERO WIDTH SPACE.", "7 refuse \uff41da: User name: Line 4 has the same user name."}, "\n"))
		w.start(i)
		w.until(i, imports.Finished)
		again := w.checked("user name,department\nrene\u0301,Navy\n\uff21DA,Maths\n", imports.CreateAndChange, imports.RefuseUnknown)
		w.same("the same people", w.verdicts(again), "1 change rene\u0301: Department\n2 change \uff21DA: Department")
	})
}
