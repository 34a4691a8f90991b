package directory

import "testing"

func TestByHandPromisesNothing(t *testing.T) {
	for remedy, want := range map[string]string{
		"Usher tries again by itself. If this lasts, check the base URL.": "Try again. If this lasts, check the base URL.",
		"Nothing: Usher tries again as soon as that account is gone.":     "Try again as soon as that account is gone.",
		"Nothing: Usher looks again by itself.":                           "Try again.",
		"Google is still making this user. Usher tries again by itself.":  "Google is still making this user. Try again.",
		"Usher goes on by itself.":                                        "Try again.",
		"Buy a licence.":                                                  "Buy a licence.",
		"":                                                                "",
		"Usher tries again when the account is there. If it was removed, look": "Try again when the account is there. If it was removed, look",
	} {
		if got := ByHand(remedy); got != want {
			t.Errorf("%q becomes %q, want %q", remedy, got, want)
		}
	}
}
