package main

import (
	"encoding/json"
	"fmt"
	"io"
)

// figure is what was measured with each client.
type figure struct {
	Name   string    `json:"name"`
	Unit   string    `json:"unit"`    // "ms", or "/s" for a number in a second
	Values []float64 `json:"medians"` // by number of users
	Slow   []float64 `json:"slow_ms"` // of times the 95th percentile, of rates the 99th
}

func printFigures(out io.Writer, clients []*scimClient, all []figure) error {
	fmt.Fprintf(out, "%-27s", clients[0].engine)
	for _, c := range clients {
		fmt.Fprintf(out, "%20s", fmt.Sprint(c.made, " users"))
	}
	fmt.Fprintf(out, "%9s\n", "ratio")
	for _, f := range all {
		fmt.Fprintf(out, "%-27s", f.Name)
		for i, v := range f.Values {
			shown := fmt.Sprintf("%.2f (%.2f) ms", v, f.Slow[i])
			if f.Unit == "/s" {
				shown = fmt.Sprintf("%.0f/s (%.0f ms)", v, f.Slow[i])
			}
			fmt.Fprintf(out, "%20s", shown)
		}
		fmt.Fprintf(out, "%9.2f\n", f.Values[len(f.Values)-1]/f.Values[0])
	}
	_, err := fmt.Fprintln(out, "medians; in brackets the 95th percentile of times, and how long the slowest of a hundred took at a rate")
	return err
}

func encodeFigures(out io.Writer, clients []*scimClient, all []figure) error {
	report := struct {
		Engine  string   `json:"engine"`
		Users   []int    `json:"users"`
		Figures []figure `json:"figures"`
	}{clients[0].engine, nil, all}
	for _, c := range clients {
		report.Users = append(report.Users, c.made)
	}
	return json.NewEncoder(out).Encode(report)
}
