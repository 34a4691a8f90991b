package db

import "usher/auth"

// addMailQueries adds the queries of the outbox and of the API tokens.
func addMailQueries(s *Store, all map[string]Query) {
	all["due mail"] = Query{dueMailQuery, make([]any, 1)}
	all["claim mail"] = Query{s.claimMailQuery(), make([]any, 4)}
	all["wipe sent mail"] = Query{wipeSentQuery, make([]any, 1)}
	all["wipe failed mail"] = Query{wipeFailedQuery, make([]any, 1)}
	all["forget mail"] = Query{forgetMailQuery, make([]any, 1)}
	all["outbox"] = Query{outboxQuery, make([]any, 2)}
	for name, f := range map[string]auth.TokenFilter{"tokens": {Before: "x"}, "personal tokens": {UserID: "u"}} {
		text, args := tokenQuery(f)
		all[name] = Query{text, args}
	}
}
