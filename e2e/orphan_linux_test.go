package e2e

import (
	"os/exec"
	"syscall"
)

// endWithTests kills the process when the thread that starts it ends, so that a server does not outlive tests that are
// killed.
func endWithTests(c *exec.Cmd) { c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
