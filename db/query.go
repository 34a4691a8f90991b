package db

import (
	"fmt"
	"strings"
)

const (
	defaultPage = 50
	largestPage = 200
)

func pageSize(limit int) int {
	if limit <= 0 {
		return defaultPage
	}
	return min(limit, largestPage)
}

// query grows by conditions that are joined by AND; %s stands for the placeholder of the value beside it.
type query struct {
	text  strings.Builder
	args  []any
	first bool
}

func where(start string) *query {
	q := &query{first: true}
	q.text.WriteString(start)
	return q
}

func (q *query) bind(values []any) []any {
	marks := make([]any, len(values))
	for i, v := range values {
		q.args = append(q.args, v)
		marks[i] = fmt.Sprintf("$%d", len(q.args))
	}
	return marks
}

func (q *query) add(condition string, values ...any) {
	q.text.WriteString(map[bool]string{true: " WHERE ", false: " AND "}[q.first])
	q.first = false
	fmt.Fprintf(&q.text, condition, q.bind(values)...)
}

func (q *query) addIf(yes bool, condition string, values ...any) {
	if yes {
		q.add(condition, values...)
	}
}

// end is the finished text; read args after it.
func (q *query) end(rest string, values ...any) string {
	fmt.Fprintf(&q.text, rest, q.bind(values)...)
	return q.text.String()
}
