package main

import (
	"fmt"
	"io"
)

// figure is what was measured with each client.
type figure struct {
	name   string
	unit   string    // "ms", or "" for a number in a second
	values []float64 // of times, the medians
	p95    []float64 // of times
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
			shown := fmt.Sprintf("%.0f", v)
			if f.unit != "" {
				shown = fmt.Sprintf("%.2f (%.2f) %s", v, f.p95[i], f.unit)
			}
			fmt.Fprintf(out, "%20s", shown)
		}
		fmt.Fprintf(out, "%9.2f\n", f.values[len(f.values)-1]/f.values[0])
	}
	_, err := fmt.Fprintln(out, "times are medians, with the 95th percentile")
	return err
}
