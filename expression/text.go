package expression

import (
	"strings"
	"unicode/utf8"

	"usher/latin"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// textFunctions are what names and addresses need and CEL does not have.
func textFunctions() cel.EnvOption {
	return func(env *cel.Env) (*cel.Env, error) {
		options := []cel.EnvOption{
			textFunction("ascii", latin.ASCII),
			textFunction("localPart", localPart),
			textFunction("domain", domain),
			cel.Function("first", cel.MemberOverload("string_first_int", []*cel.Type{cel.StringType, cel.IntType}, cel.StringType, cel.BinaryBinding(first))),
			cel.CostModel(readsAll("string_ascii"), readsAll("string_localPart"), readsAll("string_domain"), readsAll("string_first_int")),
		}
		var err error
		for _, o := range options {
			if env, err = o(env); err != nil {
				return nil, err
			}
		}
		return env, nil
	}
}

func textFunction(name string, f func(string) string) cel.EnvOption {
	return cel.Function(name, cel.MemberOverload("string_"+name, []*cel.Type{cel.StringType}, cel.StringType, cel.UnaryBinding(func(v ref.Val) ref.Val {
		s, ok := v.(types.String)
		if !ok {
			return types.MaybeNoSuchOverloadErr(v)
		}
		return types.String(f(string(s)))
	})))
}

// readsAll says that a function costs what it reads and writes, so that the limit holds for long texts, too.
func readsAll(overload string) cost.OverloadModel {
	return cost.MemberOverload(overload,
		cost.EvalCost(cost.Sum(cost.Const(cost.CallCost), cost.StringScan(cost.Length(cost.Target())), cost.Length(cost.Result()))),
		cost.ResultSize(cost.AtMost(cost.Scale(cost.Target(), 2)))) // ß is two letters in ASCII
}

// first is at most so many characters of a text, from its beginning.
func first(v, n ref.Val) ref.Val {
	s, ok := v.(types.String)
	most, ok2 := n.(types.Int)
	if !ok || !ok2 {
		return types.MaybeNoSuchOverloadErr(v)
	}
	end := 0
	for ; most > 0 && end < len(s); most-- {
		_, size := utf8.DecodeRuneInString(string(s[end:]))
		end += size
	}
	return s[:end]
}

// localPart is what is before the last @ of an address; all of a text without one.
func localPart(s string) string {
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		return s[:i]
	}
	return s
}

// domain is what follows the last @ of an address; nothing of a text without one.
func domain(s string) string {
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		return s[i+1:]
	}
	return ""
}
