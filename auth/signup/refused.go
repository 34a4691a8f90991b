package signup

import "usher/directory"

// refused tells a new user why a target's refusal left them without an account.
func refused(outcomes []directory.Outcome, cause error) error {
	return &directory.Error{Code: directory.Rejected, Message: directory.RefusalWords(outcomes), Err: cause}
}
