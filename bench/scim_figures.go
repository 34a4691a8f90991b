package main

import (
	"fmt"
	"io"
)

// figure is what was measured with each client.
type figure struct {
	name   string
	unit   string    // "ms", or "/s" for a number in a second
	values []float64 // medians
	slow   []float64 // ms: of times the 95th percentile, of rates the 99th
}

func printFigures(out io.Writer, clients []*scimClient, all []figure) error {
	fmt.Fprintf(out, "%-27s", clients[0].engine)
	for _, c := range clients {
		fmt.Fprintf(out, "%20s", fmt.Sprint(c.made, " users"))
	}
	fmt.Fprintf(out, "%9s\n", "ratio")
	for _, f := range all {
		fmt.Fprintf(out, "%-27s", f.name)
		for i, v := range f.values {
			shown := fmt.Sprintf("%.2f (%.2f) ms", v, f.slow[i])
			if f.unit == "/s" {
				shown = fmt.Sprintf("%.0f/s (%.0f ms)", v, f.slow[i])
			}
			fmt.Fprintf(out, "%20s", shown)
		}
		fmt.Fprintf(out, "%9.2f\n", f.values[len(f.values)-1]/f.values[0])
	}
	_, err := fmt.Fprintln(out, "medians; in brackets the 95th percentile of times, and how long the slowest of a hundred took at a rate")
	return err
}
